-- The statements of the task store on Postgres; see queries.sql for what each is for. Leases end by the database's clock.

-- name: commit    A group of changes in one statement; returned are those that were not written, and why.
WITH given AS MATERIALIZED (
    SELECT * FROM unnest($1::text[], $2::int[], $3::int[], $4::float8[], $5::bool[], $6::bool[],
                         $7::text[], $8::text[], $9::text[], $10::bytea[], $11::float8[], $12::bytea[],
                         $13::text[], $14::bool[],
                         $15::int[], $16::bytea[], $17::int[], $18::text[], $19::float8[],
                         $20::bytea[], $21::float8[], $22::text[])
    WITH ORDINALITY AS g (task, fence, last_event, updated, fresh, advances,
                          tenant, owner, message, hash, arrived, reply,
                          context, named,
                          state, snapshot, snapshot_event, replica, lasts,
                          caller, deadline, version, place)
),
-- The tasks that go on, locked so that nobody takes them over now; `due` unless an earlier try has written the change.
held AS MATERIALIZED (
    SELECT g.place, NOT g.advances OR t.last_event < g.last_event AS due
    FROM given g JOIN tasks t ON t.id = g.task AND t.fence = g.fence
    WHERE NOT g.fresh
    ORDER BY t.id FOR NO KEY UPDATE OF t
),
named AS MATERIALIZED (
    SELECT g.place, g.context, g.tenant, g.owner, g.message, coalesce(
        (SELECT (c.tenant, c.owner) = (g.tenant, g.owner) FROM contexts c WHERE c.id = g.context),
        (SELECT (t.tenant, t.owner) = (g.tenant, g.owner) FROM tasks t WHERE t.context_id = g.context LIMIT 1)) AS own
    FROM given g WHERE g.fresh AND g.named
),
claimed AS (
    INSERT INTO contexts (id, tenant, owner)
    SELECT DISTINCT ON (context) context, tenant, owner FROM named n
    WHERE own IS NULL AND NOT EXISTS (
        SELECT FROM messages m WHERE (m.tenant, m.owner, m.message_id) = (n.tenant, n.owner, n.message))
    ORDER BY context, place
    ON CONFLICT DO NOTHING
    RETURNING id, tenant, owner
),
-- Changes that come with a message, and may.
coming AS MATERIALIZED (
    SELECT * FROM given
    WHERE message IS NOT NULL AND CASE
        WHEN NOT fresh THEN place IN (SELECT place FROM held WHERE due)
        WHEN named THEN place IN (SELECT place FROM named WHERE own)
                        OR (context, tenant, owner) IN (SELECT id, tenant, owner FROM claimed)
        ELSE true END
),
arrived AS (
    INSERT INTO messages (tenant, owner, message_id, hash, task_id, reply, created)
    SELECT tenant, owner, message, hash, nullif(task, ''), reply, arrived FROM coming
    ON CONFLICT DO NOTHING
    RETURNING tenant, owner, message_id
),
good AS MATERIALIZED (
    SELECT * FROM given
    WHERE CASE
        WHEN message IS NOT NULL THEN (tenant, owner, message) IN (SELECT tenant, owner, message_id FROM arrived)
        ELSE place IN (SELECT place FROM held WHERE due) END
),
accepted AS (
    INSERT INTO tasks (id, tenant, owner, context_id, state, created, updated, last_event, snapshot, snapshot_event,
                       caller, deadline, agent_version, replica, fence, lease_expires, attempts)
    SELECT task, tenant, owner, context, state, arrived, updated, last_event, snapshot, snapshot_event,
           caller, deadline, version, replica, fence, extract(epoch FROM clock_timestamp())::float8 + lasts, 1
    FROM good WHERE fresh AND reply IS NULL
),
continued AS (
    UPDATE tasks t
    SET updated = g.updated,
        last_event = g.last_event,
        attempts = CASE WHEN g.place = ANY($29::int[]) THEN 1 ELSE t.attempts END,
        state = coalesce(g.state, t.state),
        snapshot = coalesce(g.snapshot, t.snapshot),
        snapshot_event = coalesce(g.snapshot_event, t.snapshot_event),
        replica = CASE WHEN g.state IS NULL THEN t.replica ELSE g.replica END,
        lease_expires = CASE WHEN g.state IS NULL THEN t.lease_expires
                             ELSE extract(epoch FROM clock_timestamp())::float8 + g.lasts END
    FROM good g WHERE NOT g.fresh AND t.id = g.task AND t.fence = g.fence
),
logged AS (
    INSERT INTO events (task_id, number, payload, step, hash, input)
    SELECT g.task, e.number, e.payload, e.step, e.hash, e.input
    FROM unnest($23::int[], $24::int[], $25::bytea[], $26::text[], $27::bytea[], $28::bytea[])
         AS e (place, number, payload, step, hash, input)
    JOIN good g USING (place)
),
journaled AS (
    INSERT INTO journal (task_id, step, hash, result)
    SELECT g.task, j.step, j.hash, j.result
    FROM unnest($29::int[], $30::text[], $31::bytea[], $32::bytea[]) AS j (place, step, hash, result)
    JOIN good g USING (place)
    ON CONFLICT DO NOTHING
)
-- What is not good was written before, is refused, or was just taken by somebody whom this statement does not see yet.
SELECT g.place, m.hash, m.task_id, m.reply, CASE
    WHEN NOT g.fresh AND g.place NOT IN (SELECT place FROM held) THEN 'lost'
    WHEN NOT g.fresh AND g.place NOT IN (SELECT place FROM held WHERE due) THEN 'written'
    WHEN g.place IN (SELECT place FROM named WHERE NOT own) THEN 'foreign'
    WHEN m.hash IS NULL THEN 'again'
    WHEN g.fresh AND (m.task_id = g.task OR m.reply = g.reply) THEN 'written'
    ELSE 'duplicate' END AS outcome
FROM given g LEFT JOIN messages m ON (m.tenant, m.owner, m.message_id) = (g.tenant, g.owner, g.message)
WHERE g.place NOT IN (SELECT place FROM good);

-- name: find_message
SELECT hash, task_id, reply FROM messages WHERE tenant = $1 AND owner = $2 AND message_id = $3;

-- name: take    When it is tried again ($6), what an earlier try has done counts. A task taken to be ended is told of.
WITH taken AS (
    UPDATE tasks SET replica = $1, fence = $5 + 1, attempts = $3,
           lease_expires = extract(epoch FROM clock_timestamp())::float8 + $2
    WHERE id = $4 AND (
        fence = $5 AND ($7::int IS NULL OR state = $7)
                   AND (NOT $8::bool OR lease_expires IS NULL
                        OR lease_expires < extract(epoch FROM clock_timestamp())::float8)
        OR $6 AND fence = $5 + 1 AND replica = $1)
    RETURNING id, replica
)
SELECT id, CASE WHEN replica IS NULL THEN pg_notify($9, $10) END FROM taken;

-- name: renew    In the order of ids, as groups are written, so that neither waits for the other for ever.
UPDATE tasks SET lease_expires = extract(epoch FROM clock_timestamp())::float8 + $2
WHERE id IN (SELECT id FROM tasks WHERE id = ANY($3::text[]) AND replica = $1 AND state IN (1, 2)
             ORDER BY id FOR NO KEY UPDATE)
RETURNING id;

-- name: release    And tell the others, in the same transaction as nobody is left to tell them after it.
WITH freed AS (
    UPDATE tasks SET replica = NULL, lease_expires = NULL
    WHERE id IN (SELECT id FROM tasks WHERE replica = $1 AND state IN (1, 2) ORDER BY id FOR NO KEY UPDATE)
    RETURNING id
)
SELECT pg_notify($2, $3) WHERE EXISTS (SELECT FROM freed);

-- name: unfinished    By the database's clock; what another replica is just taking is left to it.
SELECT id, tenant, owner FROM tasks
WHERE state IN (1, 2) AND (lease_expires IS NULL OR lease_expires < extract(epoch FROM clock_timestamp())::float8)
LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED;

-- name: due    When the next lease of another replica ends.
SELECT min(lease_expires) - extract(epoch FROM clock_timestamp())::float8
FROM tasks WHERE state IN (1, 2) AND replica <> $1;

-- name: find_task
SELECT id, context_id, state, last_event, snapshot, snapshot_event, caller, deadline, fence, attempts,
       replica, lease_expires
FROM tasks WHERE id = $1 AND tenant = $2 AND owner = $3;

-- name: events_after    At most $3 events, up to the one with which they hold $4 bytes.
SELECT number, payload, input FROM (
    SELECT number, payload, input, sum(octet_length(payload)) OVER (ORDER BY number) - octet_length(payload) AS before
    FROM events WHERE task_id = $1 AND number > $2 ORDER BY number LIMIT $3) e
WHERE before <= $4 ORDER BY number;

-- name: replay
SELECT number, payload, step, hash, input FROM events
WHERE task_id = $1 AND (step IS NOT NULL OR input IS NOT NULL) ORDER BY number;

-- name: journal
SELECT step, hash, result FROM journal WHERE task_id = $1;

-- name: list_tasks
SELECT id, last_event, snapshot, snapshot_event, updated FROM tasks
WHERE tenant = $1 AND owner = $2
  AND ($3::text IS NULL OR context_id = $3)
  AND ($4::int IS NULL OR state = $4)
  AND ($5::float8 IS NULL OR updated >= $5)
  AND ($6::float8 IS NULL OR (updated, id) < ($6, $7::text))
ORDER BY updated DESC, id DESC LIMIT $8;

-- name: count_tasks
SELECT count(*) FROM tasks
WHERE tenant = $1 AND owner = $2
  AND ($3::text IS NULL OR context_id = $3)
  AND ($4::int IS NULL OR state = $4)
  AND ($5::float8 IS NULL OR updated >= $5);

-- name: set_push
INSERT INTO push_configs (task_id, id, config) VALUES ($1, $2, $3)
ON CONFLICT (task_id, id) DO UPDATE SET config = excluded.config, failures = 0, dead = NULL;

-- name: get_push
SELECT config FROM push_configs WHERE task_id = $1 AND id = $2;

-- name: list_push
SELECT config FROM push_configs WHERE task_id = $1 AND id > $2 ORDER BY id LIMIT $3;

-- name: delete_push
DELETE FROM push_configs WHERE task_id = $1 AND id = $2;
