-- name: holder -- who holds a name: address and pinned keys, whether an instance is alive; a row always
SELECT a.url, k.jwks, EXISTS (SELECT 1 FROM instances i WHERE i.agent = :id AND i.seen >= :alive) AS alive
FROM (SELECT :id AS id) AS wanted
LEFT JOIN agents a ON a.id = wanted.id
LEFT JOIN keys k ON k.service = wanted.id;

-- name: put_agent -- the newest registration's card wins
INSERT INTO agents (id, name, url, source, etag, card, registered, updated)
VALUES (:id, :name, :url, :source, :etag, :card, :now, :now)
ON CONFLICT (id) DO UPDATE SET
    name = excluded.name, url = excluded.url, source = excluded.source, etag = excluded.etag, card = excluded.card,
    updated = CASE WHEN card = excluded.card AND url = excluded.url THEN updated ELSE excluded.updated END;

-- name: put_instance -- an instance is alive now
INSERT INTO instances (agent, url, seen) VALUES (:id, :instance, :now)
ON CONFLICT (agent, url) DO UPDATE SET seen = excluded.seen;

-- name: put_keys -- pin keys, over older ones
INSERT INTO keys (service, jwks, pinned) VALUES (:service, :jwks, :now)
ON CONFLICT (service) DO UPDATE SET jwks = excluded.jwks, pinned = excluded.pinned;

-- name: beat -- a heartbeat of an instance that is known
UPDATE instances SET seen = :now WHERE agent = :id AND url = :instance;

-- name: drop_instance -- an instance says goodbye
DELETE FROM instances WHERE agent = :id AND url = :instance;

-- name: drop_instances -- all instances of an agent
DELETE FROM instances WHERE agent = :id;

-- name: drop_agent -- an agent is removed
DELETE FROM agents WHERE id = :id;

-- name: drop_keys -- a name becomes free
DELETE FROM keys WHERE service = :service;

-- name: forget_instances -- instances unheard of for too long
DELETE FROM instances WHERE seen < :listed;

-- name: forget_agents -- agents without instances; those with a pinned key stay, unlisted, to keep their name
DELETE FROM agents
WHERE NOT EXISTS (SELECT 1 FROM instances i WHERE i.agent = agents.id)
    AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.service = agents.id);

-- name: unlisted -- agents that are only remembered
SELECT id FROM agents WHERE NOT EXISTS (SELECT 1 FROM instances i WHERE i.agent = agents.id);

-- name: healthy -- the agents of which an instance is alive
SELECT DISTINCT agent FROM instances WHERE seen >= :alive;

-- name: cards -- every listed card, for the index
SELECT id, card FROM agents WHERE EXISTS (SELECT 1 FROM instances i WHERE i.agent = agents.id);

-- name: keys -- the pinned keys of a service
SELECT jwks FROM keys WHERE service = :service;

-- name: origin -- where an agent's card came from
SELECT source, etag, url FROM agents WHERE id = :id;

-- name: agents -- listed agents by id: all, those of :ids (a JSON array), or those of a status, after :after
SELECT
    a.id, a.name, a.url, a.card, k.jwks, a.registered, a.updated,
    (
        SELECT json_group_array(json_object('url', i.url, 'seen', i.seen))
        FROM instances i WHERE i.agent = a.id AND i.seen >= :listed
    ) AS instances
FROM agents a
LEFT JOIN keys k ON k.service = a.id
WHERE a.id > :after
    AND (:ids IS NULL OR a.id IN (SELECT value FROM json_each(:ids)))
    AND EXISTS (SELECT 1 FROM instances i WHERE i.agent = a.id AND i.seen >= :listed)
    AND (
        :status IS NULL
        OR (:status = 'healthy') = EXISTS (SELECT 1 FROM instances i WHERE i.agent = a.id AND i.seen >= :alive)
    )
ORDER BY a.id
LIMIT :limit;
