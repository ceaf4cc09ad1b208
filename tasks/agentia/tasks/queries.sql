-- The statements of the task store. Times are unix seconds; payloads, snapshots and inputs are protobuf bytes.

-- name: claim_message    A message id seen for the first time by its owner; no row is changed when it is known.
INSERT INTO messages (tenant, owner, message_id, hash, task_id, reply, created, context)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING;

-- name: find_message    What an owner's message id led to.
SELECT hash, task_id, reply FROM messages WHERE tenant = ? AND owner = ? AND message_id = ?;

-- name: claim_context    A context belongs to whom names it first; one that we made up, to the owner of its first task.
INSERT INTO contexts (id, tenant, owner) VALUES (?, ?, ?);

-- name: find_context    Whose context it is.
SELECT tenant, owner FROM contexts WHERE id = ?
UNION ALL SELECT tenant, owner FROM tasks WHERE context_id = ? LIMIT 1;

-- name: add_task    A task as it stands at the end of the transaction that accepts it.
INSERT INTO tasks (id, tenant, owner, context_id, state, created, updated, last_event, snapshot, snapshot_event,
                   caller, deadline, agent_version, replica, fence, lease_expires, attempts)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: write_task    New events of a task, by the run that holds its fence; no row is changed when the fence is lost.
-- A finished step is progress: attempts are counted anew.
UPDATE tasks SET updated = ?, last_event = ?, attempts = CASE WHEN ? THEN 1 ELSE attempts END WHERE id = ? AND fence = ?;

-- name: write_state    As write_task, with a new state and snapshot.
UPDATE tasks SET updated = ?, last_event = ?, attempts = CASE WHEN ? THEN 1 ELSE attempts END,
                 state = ?, snapshot = ?, snapshot_event = ?, replica = ?, lease_expires = ?
WHERE id = ? AND fence = ?;

-- name: take    Take a task: the fence goes up, so that an older run can write nothing more.
UPDATE tasks SET replica = ?, fence = fence + 1, lease_expires = ?, attempts = ?
WHERE id = ? AND fence = ? AND (? IS NULL OR state = ?)
  AND (? IS NULL OR lease_expires IS NULL OR lease_expires NOT BETWEEN ? AND ? + 3600.0);

-- name: renew    The leases of all runs of a replica at once; returned are those that it holds.
UPDATE tasks SET lease_expires = ?
WHERE id IN (SELECT value FROM json_each(?)) AND replica = ? AND state IN (1, 2)
RETURNING id;

-- name: release    A replica that leaves lets go of its tasks.
UPDATE tasks SET replica = NULL, lease_expires = NULL WHERE replica = ? AND state IN (1, 2);

-- name: add_event
INSERT INTO events (task_id, number, payload, step, hash, input) VALUES (?, ?, ?, ?, ?, ?);

-- name: add_journal
INSERT INTO journal (task_id, step, hash, result) VALUES (?, ?, ?, ?);

-- name: add_cancellation    The children of a task that ends; whoever ends it has ten seconds to cancel them alone.
INSERT INTO cancellations (task_id, context_id, caller, children, since, due)
SELECT id, context_id, caller, ?2, ?3, ?3 + 10.0 FROM tasks WHERE id = ?1
ON CONFLICT DO NOTHING;

-- name: fence    Who may write.
SELECT fence FROM tasks WHERE id = ?;

-- name: find_task    One task of an owner.
SELECT id, context_id, state, last_event, snapshot, snapshot_event, caller, deadline, fence, attempts,
       created, agent_version, replica
FROM tasks WHERE id = ? AND tenant = ? AND owner = ?;

-- name: events_after    Events of a task above a number, oldest first; without any, one row of the task if there is one.
SELECT e.number, e.payload, e.input, t.last_event
FROM tasks t LEFT JOIN events e ON e.task_id = t.id AND e.number > ?2
WHERE t.id = ?1 ORDER BY e.number LIMIT ?3;

-- name: moved    Of tasks with the numbers that were their last events: those that have another one now, or are gone.
SELECT known.key, t.last_event FROM json_each(?1) AS known LEFT JOIN tasks t ON t.id = known.key
WHERE t.last_event IS NOT known.value;

-- name: replay    What a rerun must know of earlier attempts: the events that steps wrote, and the inputs.
SELECT number, payload, step, hash, input FROM events
WHERE task_id = ? AND (step IS NOT NULL OR input IS NOT NULL) ORDER BY number;

-- name: journal
SELECT step, hash, result FROM journal WHERE task_id = ?;

-- name: unfinished    Tasks to be worked on that nobody holds: those lost by a replica, then those that wait, in order.
-- No lease is longer than an hour: one that seems to be was given before the clock was set back.
-- With ?4 only those that came through more agents than so many (the third of what is stored of a caller).
SELECT * FROM (SELECT id, tenant, owner FROM tasks
               WHERE state IN (1, 2) AND replica IS NOT NULL AND (lease_expires < ?1 OR lease_expires > ?1 + 3600.0)
                 AND substr(agent_version, 1, instr(agent_version || '.', '.') - 1) = ?3
                 AND (?4 < 0 OR json_array_length(CAST(caller AS TEXT), '$[2]') > ?4)
               ORDER BY lease_expires LIMIT ?2)
UNION ALL
SELECT * FROM (SELECT id, tenant, owner FROM tasks
               WHERE state IN (1, 2) AND replica IS NULL
                 AND substr(agent_version, 1, instr(agent_version || '.', '.') - 1) = ?3
                 AND (?4 < 0 OR json_array_length(CAST(caller AS TEXT), '$[2]') > ?4)
               ORDER BY created LIMIT ?2)
LIMIT ?2;

-- name: overdue    Those that nobody has written to for too long, or whose deadline has passed.
SELECT id, tenant, owner FROM tasks
WHERE state IN (1, 2) AND (lease_expires IS NULL OR lease_expires < ?1) AND (updated < ?3 OR deadline <= ?1) LIMIT ?2;

-- name: stranded    Those of other major versions, by version.
SELECT agent_version, count(*) FROM tasks
WHERE state IN (1, 2) AND (lease_expires IS NULL OR lease_expires < ?1) AND updated < ?3
  AND substr(agent_version, 1, instr(agent_version || '.', '.') - 1) <> ?2
GROUP BY agent_version;

-- name: due    When the next lease of another replica runs out.
SELECT min(lease_expires) FROM tasks WHERE state IN (1, 2) AND replica <> ?;

-- name: list_tasks    A page of an owner's tasks, newest first; the cursor is (updated, id) of the last one seen.
SELECT id, last_event, snapshot, snapshot_event, updated FROM tasks
WHERE tenant = :tenant AND owner = :owner
  AND (:context IS NULL OR context_id = :context)
  AND (:state IS NULL OR state = :state)
  AND (:after IS NULL OR updated >= :after)
  AND (:cursor_updated IS NULL OR (updated, id) < (:cursor_updated, :cursor_id))
ORDER BY updated DESC, id DESC LIMIT :limit;

-- name: earlier    By the context: it has few tasks, where its owner may have very many.
SELECT id, state, snapshot FROM tasks
WHERE context_id = ? AND +tenant = ? AND +owner = ? AND +id < ? ORDER BY +id DESC LIMIT ?;

-- name: any_earlier    A look, as most tasks are the first ones of their contexts.
SELECT 1 FROM tasks WHERE context_id = ? AND +tenant = ? AND +owner = ? AND +id < ? LIMIT 1;

-- name: count_tasks
SELECT count(*) FROM tasks
WHERE tenant = :tenant AND owner = :owner
  AND (:context IS NULL OR context_id = :context)
  AND (:state IS NULL OR state = :state)
  AND (:after IS NULL OR updated >= :after);

-- name: set_push    Over one of the same id: it goes on where that one was.
INSERT INTO push_configs (task_id, id, config, protocol, sent)
SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM tasks WHERE id = ?1)
ON CONFLICT (task_id, id) DO UPDATE
SET config = excluded.config, protocol = excluded.protocol, failures = 0, due = NULL, dead = NULL;

-- name: get_push
SELECT config FROM push_configs WHERE task_id = ? AND id = ?;

-- name: list_push
SELECT config FROM push_configs WHERE task_id = ? AND id > ? ORDER BY id LIMIT ?;

-- name: delete_push
DELETE FROM push_configs WHERE task_id = ? AND id = ?;

-- name: open_push    Whether a task has a webhook that may have to be told more.
SELECT 1 FROM push_configs WHERE task_id = ? AND dead IS NULL AND finished = 0 LIMIT 1;

-- name: claim_push    Webhooks that nobody is telling, and that there is something to tell; soon, when the task runs.
UPDATE push_configs SET claim = ?2, claimed_until = (julianday('now') - 2440587.5) * 86400 + ?3
WHERE (task_id, id) IN (
    SELECT p.task_id, p.id FROM push_configs p JOIN tasks t ON t.id = p.task_id
    WHERE p.dead IS NULL AND p.finished = 0 AND (?1 IS NULL OR p.task_id = ?1)
      AND max(coalesce(p.due, 0), coalesce(p.claimed_until, 0)) <= (julianday('now') - 2440587.5) * 86400
      AND (p.sent < t.last_event OR t.state IN (1, 2))
    LIMIT ?4)
RETURNING task_id, id;

-- name: renew_push    All claims of a replica at once; returned is what they hold.
UPDATE push_configs SET claimed_until = (julianday('now') - 2440587.5) * 86400 + ?2
WHERE dead IS NULL AND finished = 0 AND claim IN (SELECT value FROM json_each(?1))
RETURNING task_id, id, claim;

-- name: release_push
UPDATE push_configs SET claim = NULL, claimed_until = NULL
WHERE dead IS NULL AND finished = 0 AND claim IN (SELECT value FROM json_each(?1));

-- name: wait_push    Seconds until the next claim can be made, but for what is held here already.
SELECT min(max(coalesce(p.due, 0), coalesce(p.claimed_until, 0))) - (julianday('now') - 2440587.5) * 86400
FROM push_configs p JOIN tasks t ON t.id = p.task_id
WHERE p.dead IS NULL AND p.finished = 0 AND (p.sent < t.last_event OR t.state IN (1, 2))
  AND (p.claim IS NULL OR p.claim NOT IN (SELECT value FROM json_each(?1)));

-- name: held_push
SELECT p.config, p.protocol, p.sent, p.failures, t.tenant, t.owner, t.last_event
FROM push_configs p JOIN tasks t ON t.id = p.task_id WHERE p.task_id = ? AND p.id = ? AND p.claim = ?;

-- name: sent_push
UPDATE push_configs SET sent = ?4, failures = 0, due = NULL WHERE task_id = ?1 AND id = ?2 AND claim = ?3;

-- name: failed_push
UPDATE push_configs SET failures = failures + 1, due = (julianday('now') - 2440587.5) * 86400 + ?4, dead = ?5,
                        claim = NULL, claimed_until = NULL
WHERE task_id = ?1 AND id = ?2 AND claim = ?3;

-- name: let_go_push
UPDATE push_configs SET claim = NULL, claimed_until = NULL, finished = ?4
WHERE task_id = ?1 AND id = ?2 AND claim = ?3;

-- name: deliveries    How far the webhooks of an owner are, in the order of task and id, above a pair of these.
SELECT p.task_id, p.id, p.config, p.sent, t.last_event, p.failures,
       p.due - (julianday('now') - 2440587.5) * 86400, p.dead,
       p.finished OR (p.sent >= t.last_event AND t.state IN (3, 4, 5, 7))
FROM push_configs p JOIN tasks t ON t.id = p.task_id
WHERE t.tenant = ?1 AND t.owner = ?2 AND (?3 IS NULL OR p.task_id = ?3) AND (p.task_id, p.id) > (?4, ?5)
ORDER BY p.task_id, p.id LIMIT ?6;

-- name: revive_push    What was given up, or waits to be tried again, is due now.
UPDATE push_configs SET failures = 0, due = NULL, dead = NULL
WHERE task_id = ?1 AND (?2 IS NULL OR id = ?2) AND failures > 0;

-- name: spent    Finished tasks that ended before a time and have events left, found from one task with events to the next.
WITH RECURSIVE logged (id) AS (
    SELECT (SELECT min(task_id) FROM events WHERE task_id > ?3)
    UNION ALL
    SELECT (SELECT min(task_id) FROM events WHERE task_id > logged.id) FROM logged WHERE logged.id < ?2
)
SELECT t.id FROM logged CROSS JOIN tasks t
WHERE t.id = logged.id AND t.id < ?2 AND t.state IN (3, 4, 5, 7) AND t.updated < ?1 LIMIT ?4;

-- name: prune_events    Some events of a task, the oldest first.
DELETE FROM events
WHERE task_id = ?1 AND number IN (SELECT number FROM events WHERE task_id = ?1 ORDER BY number LIMIT ?2);

-- name: prune_journal
DELETE FROM journal WHERE task_id = ?;

-- name: expired    Finished tasks that ended before a time and have no child or webhook to tell, by id.
-- Ids begin with the time.
SELECT id, snapshot, tenant, owner, context_id FROM tasks
WHERE id > ?3 AND id < ?2 AND state IN (3, 4, 5, 7) AND updated < ?1
  AND NOT EXISTS (SELECT 1 FROM cancellations WHERE task_id = tasks.id)
  AND NOT EXISTS (SELECT 1 FROM push_configs p WHERE p.task_id = tasks.id
                  AND p.dead IS NULL AND p.finished = 0 AND p.sent < tasks.last_event)
ORDER BY id LIMIT ?4;

-- name: finished    Finished tasks of an owner, of those that were there at a time.
SELECT id, snapshot, tenant, owner, context_id FROM tasks
WHERE tenant = ? AND owner = ? AND created <= ? AND state IN (3, 4, 5, 7) LIMIT ?;

-- name: open_tasks
SELECT id FROM tasks
WHERE tenant = ? AND owner = ? AND created <= ? AND state NOT IN (3, 4, 5, 7) LIMIT ?;

-- name: erase_push
DELETE FROM push_configs WHERE task_id = ?;

-- name: erase_message
DELETE FROM messages WHERE tenant = ? AND owner = ? AND message_id = ? AND task_id = ?;

-- name: erase_task
DELETE FROM tasks WHERE id = ? AND state IN (3, 4, 5, 7);

-- name: erase_context    A context that no task and no direct reply is in any more.
DELETE FROM contexts
WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM tasks WHERE context_id = ?1)
  AND NOT EXISTS (SELECT 1 FROM messages WHERE context = ?1 AND reply IS NOT NULL);

-- name: erase_old_replies    The oldest direct replies, of those before a time.
DELETE FROM messages WHERE (tenant, owner, message_id) IN (
    SELECT tenant, owner, message_id FROM messages WHERE reply IS NOT NULL AND created < ? ORDER BY created LIMIT ?)
RETURNING context;

-- name: erase_messages    Messages of an owner, of those that were there at a time and have no task.
DELETE FROM messages WHERE tenant = ?1 AND owner = ?2 AND message_id IN (
    SELECT message_id FROM messages m WHERE tenant = ?1 AND owner = ?2 AND created <= ?3
       AND (task_id IS NULL OR NOT EXISTS (SELECT 1 FROM tasks t WHERE t.id = m.task_id)) LIMIT ?4)
RETURNING reply IS NOT NULL;

-- name: contexts_of    Contexts of an owner, by id.
SELECT id FROM contexts WHERE tenant = ? AND owner = ? AND id > ? ORDER BY id LIMIT ?;

-- name: due_cancellations    Children to be cancelled by now; each of them is put off, twice as long as the last time.
UPDATE cancellations SET failures = failures + 1, due = ?1 + 10.0 * (1 << min(failures, 5))
WHERE task_id IN (SELECT task_id FROM cancellations WHERE due <= ?1 ORDER BY due LIMIT ?2)
RETURNING task_id, context_id, caller, children, since;

-- name: leave_cancellation
UPDATE cancellations SET children = ?1 WHERE task_id = ?2;

-- name: end_cancellation
DELETE FROM cancellations WHERE task_id = ?1;
