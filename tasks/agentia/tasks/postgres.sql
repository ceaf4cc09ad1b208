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
    INSERT INTO messages (tenant, owner, message_id, hash, task_id, reply, created, context)
    SELECT tenant, owner, message, hash, nullif(task, ''), reply, arrived, CASE WHEN reply IS NOT NULL THEN context END
    FROM coming
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
),
abandoned AS (
    INSERT INTO cancellations (task_id, context_id, caller, children, since, due)
    SELECT t.id, t.context_id, t.caller, c.children, g.updated, g.updated + 10.0
    FROM unnest($33::int[], $34::bytea[]) AS c (place, children)
    JOIN good g USING (place) JOIN tasks t ON t.id = g.task
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
                        OR lease_expires < extract(epoch FROM clock_timestamp())::float8
                        OR lease_expires > extract(epoch FROM clock_timestamp())::float8 + 3600)
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
WITH lost AS (
    SELECT id, tenant, owner FROM tasks
    WHERE state IN (1, 2) AND replica IS NOT NULL
      AND (lease_expires < extract(epoch FROM clock_timestamp())::float8 OR lease_expires > extract(epoch FROM clock_timestamp())::float8 + 3600)
      AND split_part(agent_version, '.', 1) = $2
      AND CASE WHEN $3 < 0 THEN true ELSE jsonb_array_length(convert_from(caller, 'UTF8')::jsonb -> 2) > $3 END
    ORDER BY lease_expires LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED
),
waiting AS (
    SELECT id, tenant, owner FROM tasks
    WHERE state IN (1, 2) AND replica IS NULL AND split_part(agent_version, '.', 1) = $2
      AND CASE WHEN $3 < 0 THEN true ELSE jsonb_array_length(convert_from(caller, 'UTF8')::jsonb -> 2) > $3 END
    ORDER BY created LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED
)
SELECT * FROM lost UNION ALL SELECT * FROM waiting LIMIT $1;

-- name: overdue
SELECT id, tenant, owner FROM tasks
WHERE state IN (1, 2) AND (lease_expires IS NULL OR lease_expires < extract(epoch FROM clock_timestamp())::float8)
  AND (updated < $2 OR deadline <= extract(epoch FROM clock_timestamp())::float8) LIMIT $1;

-- name: stranded
SELECT agent_version, count(*) FROM tasks
WHERE state IN (1, 2) AND (lease_expires IS NULL OR lease_expires < extract(epoch FROM clock_timestamp())::float8)
  AND updated < $2 AND split_part(agent_version, '.', 1) <> $1
GROUP BY agent_version;

-- name: due    When the next lease of another replica ends.
SELECT min(lease_expires) - extract(epoch FROM clock_timestamp())::float8
FROM tasks WHERE state IN (1, 2) AND replica <> $1;

-- name: find_task
SELECT id, context_id, state, last_event, snapshot, snapshot_event, caller, deadline, fence, attempts,
       created, agent_version, replica
FROM tasks WHERE id = $1 AND tenant = $2 AND owner = $3;

-- name: events_after    At most $3 events, up to the one with which they hold $4 bytes.
SELECT e.number, e.payload, e.input, t.last_event FROM tasks t LEFT JOIN LATERAL (
    SELECT number, payload, input, sum(octet_length(payload)) OVER (ORDER BY number) - octet_length(payload) AS before
    FROM events WHERE task_id = t.id AND number > $2 ORDER BY number LIMIT $3) e ON e.before <= $4
WHERE t.id = $1 ORDER BY e.number;

-- name: moved
SELECT known.id, t.last_event
FROM unnest($1::text[], $2::int[]) AS known (id, last_event) LEFT JOIN tasks t ON t.id = known.id
WHERE t.last_event IS DISTINCT FROM known.last_event;

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

-- name: earlier
SELECT id, state, snapshot FROM tasks
WHERE context_id = $1 AND tenant = $2 AND owner = $3 AND id < $4 ORDER BY id DESC LIMIT $5;

-- name: count_tasks
SELECT count(*) FROM tasks
WHERE tenant = $1 AND owner = $2
  AND ($3::text IS NULL OR context_id = $3)
  AND ($4::int IS NULL OR state = $4)
  AND ($5::float8 IS NULL OR updated >= $5);

-- name: set_push    Not while the task is being deleted, as its config would stay behind.
INSERT INTO push_configs (task_id, id, config, protocol, sent)
SELECT $1, $2, $3, $4, $5
WHERE EXISTS (SELECT FROM tasks WHERE id = $1 FOR KEY SHARE)
ON CONFLICT (task_id, id) DO UPDATE
SET config = excluded.config, protocol = excluded.protocol, failures = 0, due = NULL, dead = NULL;

-- name: get_push
SELECT config FROM push_configs WHERE task_id = $1 AND id = $2;

-- name: list_push
SELECT config FROM push_configs WHERE task_id = $1 AND id > $2 ORDER BY id LIMIT $3;

-- name: delete_push
DELETE FROM push_configs WHERE task_id = $1 AND id = $2;

-- name: open_push
SELECT 1 FROM push_configs WHERE task_id = $1 AND dead IS NULL AND finished = 0 LIMIT 1;

-- name: claim_push    What another replica is just claiming is left to it.
WITH open AS MATERIALIZED (
    SELECT p.task_id, p.id FROM push_configs p JOIN tasks t ON t.id = p.task_id
    WHERE p.dead IS NULL AND p.finished = 0 AND ($1::text IS NULL OR p.task_id = $1)
      AND greatest(p.due, p.claimed_until, 0) <= extract(epoch FROM clock_timestamp())::float8
      AND (p.sent < t.last_event OR t.state IN (1, 2))
    LIMIT $4 FOR NO KEY UPDATE OF p SKIP LOCKED
)
UPDATE push_configs p SET claim = $2, claimed_until = extract(epoch FROM clock_timestamp())::float8 + $3
FROM open o WHERE (p.task_id, p.id) = (o.task_id, o.id)
RETURNING p.task_id, p.id;

-- name: renew_push
UPDATE push_configs SET claimed_until = extract(epoch FROM clock_timestamp())::float8 + $2
WHERE dead IS NULL AND finished = 0 AND claim = ANY($1::text[])
RETURNING task_id, id, claim;

-- name: release_push
UPDATE push_configs SET claim = NULL, claimed_until = NULL
WHERE dead IS NULL AND finished = 0 AND claim = ANY($1::text[]);

-- name: wait_push
SELECT min(greatest(p.due, p.claimed_until, 0)) - extract(epoch FROM clock_timestamp())::float8
FROM push_configs p JOIN tasks t ON t.id = p.task_id
WHERE p.dead IS NULL AND p.finished = 0 AND (p.sent < t.last_event OR t.state IN (1, 2))
  AND (p.claim IS NULL OR NOT p.claim = ANY($1::text[]));

-- name: held_push
SELECT p.config, p.protocol, p.sent, p.failures, t.tenant, t.owner, t.last_event
FROM push_configs p JOIN tasks t ON t.id = p.task_id WHERE p.task_id = $1 AND p.id = $2 AND p.claim = $3;

-- name: sent_push
UPDATE push_configs SET sent = $4, failures = 0, due = NULL WHERE task_id = $1 AND id = $2 AND claim = $3;

-- name: failed_push
UPDATE push_configs SET failures = failures + 1, due = extract(epoch FROM clock_timestamp())::float8 + $4, dead = $5,
                        claim = NULL, claimed_until = NULL
WHERE task_id = $1 AND id = $2 AND claim = $3;

-- name: let_go_push
UPDATE push_configs SET claim = NULL, claimed_until = NULL, finished = $4
WHERE task_id = $1 AND id = $2 AND claim = $3;

-- name: deliveries
SELECT p.task_id, p.id, p.config, p.sent, t.last_event, p.failures,
       p.due - extract(epoch FROM clock_timestamp())::float8, p.dead,
       p.finished = 1 OR (p.sent >= t.last_event AND t.state IN (3, 4, 5, 7))
FROM push_configs p JOIN tasks t ON t.id = p.task_id
WHERE t.tenant = $1 AND t.owner = $2 AND ($3::text IS NULL OR p.task_id = $3) AND (p.task_id, p.id) > ($4, $5)
ORDER BY p.task_id, p.id LIMIT $6;

-- name: revive_push
UPDATE push_configs SET failures = 0, due = NULL, dead = NULL
WHERE task_id = $1 AND ($2::text IS NULL OR id = $2) AND failures > 0;

-- name: spent
WITH RECURSIVE logged (id) AS (
    SELECT (SELECT min(task_id) FROM events WHERE task_id > $3)
    UNION ALL
    SELECT (SELECT min(task_id) FROM events WHERE task_id > logged.id) FROM logged WHERE logged.id < $2
)
SELECT t.id FROM logged CROSS JOIN LATERAL (
    SELECT id FROM tasks WHERE id = logged.id AND id < $2 AND state IN (3, 4, 5, 7) AND updated < $1) t LIMIT $4;

-- name: prune    The journal of finished tasks and some of their events; what another replica is at is left to it.
WITH ended AS MATERIALIZED (
    SELECT id FROM tasks WHERE id = ANY($1::text[]) AND state IN (3, 4, 5, 7) ORDER BY id FOR UPDATE SKIP LOCKED
),
journaled AS (DELETE FROM journal WHERE task_id IN (SELECT id FROM ended))
DELETE FROM events WHERE (task_id, number) IN (
    SELECT e.task_id, e.number FROM ended JOIN events e ON e.task_id = ended.id LIMIT $2)
RETURNING number;

-- name: expired    Up to the task with which the snapshots hold $5 bytes. From one id to the next: a sort would read all.
WITH RECURSIVE next (id) AS (
    SELECT (SELECT min(id) FROM tasks WHERE id > $3)
    UNION ALL
    SELECT (SELECT min(id) FROM tasks WHERE id > next.id) FROM next WHERE next.id < $2
)
SELECT id, snapshot, tenant, owner, context_id FROM (
    SELECT id, snapshot, tenant, owner, context_id,
           sum(octet_length(snapshot)) OVER (ORDER BY id) - octet_length(snapshot) AS before
    FROM (SELECT t.* FROM next CROSS JOIN LATERAL (
              SELECT * FROM tasks WHERE id = next.id AND id < $2 AND state IN (3, 4, 5, 7) AND updated < $1
                 AND NOT EXISTS (SELECT FROM cancellations c WHERE c.task_id = next.id)
                 AND NOT EXISTS (SELECT FROM push_configs p WHERE p.task_id = next.id
                                 AND p.dead IS NULL AND p.finished = 0 AND p.sent < tasks.last_event)) t
          LIMIT $4) t) e
WHERE before <= $5 ORDER BY id;

-- name: finished    Likewise.
SELECT id, snapshot, tenant, owner, context_id FROM (
    SELECT id, snapshot, tenant, owner, context_id,
           sum(octet_length(snapshot)) OVER (ORDER BY id) - octet_length(snapshot) AS before
    FROM (SELECT * FROM tasks WHERE tenant = $1 AND owner = $2 AND created <= $3 AND state IN (3, 4, 5, 7)
          LIMIT $4) t) e
WHERE before <= $5;

-- name: open_tasks
SELECT id FROM tasks
WHERE tenant = $1 AND owner = $2 AND created <= $3 AND state NOT IN (3, 4, 5, 7) LIMIT $4;

-- name: erase    Finished tasks and all that belongs to them: their messages by key, as (task, tenant, owner, id).
WITH gone AS MATERIALIZED (
    SELECT id, context_id FROM tasks WHERE id = ANY($1::text[]) AND state IN (3, 4, 5, 7)
    ORDER BY id FOR UPDATE SKIP LOCKED
),
logged AS (DELETE FROM events WHERE task_id IN (SELECT id FROM gone)),
journaled AS (DELETE FROM journal WHERE task_id IN (SELECT id FROM gone)),
pushed AS (DELETE FROM push_configs WHERE task_id IN (SELECT id FROM gone)),
told AS (DELETE FROM cancellations WHERE task_id IN (SELECT id FROM gone)),
sent AS (
    DELETE FROM messages m USING unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS k (task, tenant, owner, id)
    WHERE m.tenant = k.tenant AND m.owner = k.owner AND m.message_id = k.id AND m.task_id = k.task
      AND k.task IN (SELECT id FROM gone)
),
unused AS (
    DELETE FROM contexts c WHERE c.id IN (SELECT context_id FROM gone)
      AND NOT EXISTS (SELECT FROM tasks t WHERE t.context_id = c.id AND t.id NOT IN (SELECT id FROM gone))
      AND NOT EXISTS (SELECT FROM messages m WHERE m.context = c.id AND m.reply IS NOT NULL)
)
DELETE FROM tasks WHERE id IN (SELECT id FROM gone) RETURNING id;

-- name: erase_old_replies    And the contexts that only they were in.
WITH gone AS MATERIALIZED (
    SELECT tenant, owner, message_id, context FROM messages WHERE reply IS NOT NULL AND created < $1
    ORDER BY created LIMIT $2 FOR UPDATE SKIP LOCKED
),
unused AS (
    DELETE FROM contexts c WHERE c.id IN (SELECT context FROM gone)
      AND NOT EXISTS (SELECT FROM tasks t WHERE t.context_id = c.id)
      AND NOT EXISTS (SELECT FROM messages m WHERE m.context = c.id AND m.reply IS NOT NULL
                      AND (m.tenant, m.owner, m.message_id) NOT IN (SELECT tenant, owner, message_id FROM gone))
)
DELETE FROM messages WHERE (tenant, owner, message_id) IN (SELECT tenant, owner, message_id FROM gone)
RETURNING message_id;

-- name: erase_messages
DELETE FROM messages WHERE tenant = $1 AND owner = $2 AND message_id IN (
    SELECT message_id FROM messages m WHERE tenant = $1 AND owner = $2 AND created <= $3
       AND (task_id IS NULL OR NOT EXISTS (SELECT FROM tasks t WHERE t.id = m.task_id)) LIMIT $4)
RETURNING reply IS NOT NULL;

-- name: contexts_of
SELECT id FROM contexts WHERE tenant = $1 AND owner = $2 AND id > $3 ORDER BY id LIMIT $4;

-- name: erase_contexts    Those of these contexts that no task and no direct reply is in any more.
DELETE FROM contexts c WHERE id = ANY($1::text[])
  AND NOT EXISTS (SELECT FROM tasks t WHERE t.context_id = c.id)
  AND NOT EXISTS (SELECT FROM messages m WHERE m.context = c.id AND m.reply IS NOT NULL);

-- name: due_cancellations    Children to be cancelled by now; each of them is put off, twice as long as the last time.
UPDATE cancellations SET failures = failures + 1, due = $1::float8 + 10.0 * (1 << least(failures, 5))
WHERE task_id IN (SELECT task_id FROM cancellations WHERE due <= $1::float8 ORDER BY due LIMIT $2
                  FOR NO KEY UPDATE SKIP LOCKED)
RETURNING task_id, context_id, caller, children, since;

-- name: leave_cancellation
UPDATE cancellations SET children = $1 WHERE task_id = $2;

-- name: end_cancellation
DELETE FROM cancellations WHERE task_id = $1;
