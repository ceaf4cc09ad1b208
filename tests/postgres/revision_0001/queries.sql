-- The statements of the task store. Times are unix seconds; payloads, snapshots and inputs are protobuf bytes.

-- name: claim_message    A message id seen for the first time by its owner; no row is changed when it is known.
INSERT INTO messages (tenant, owner, message_id, hash, task_id, reply, created)
VALUES (?, ?, ?, ?, ?, ?, ?)
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
  AND (? IS NULL OR lease_expires IS NULL OR lease_expires < ?);

-- name: renew    The leases of all runs of a replica at once; returned are those that it holds.
UPDATE tasks SET lease_expires = ?
WHERE id IN (SELECT value FROM json_each(?)) AND replica = ? AND state IN (1, 2)
RETURNING id;

-- name: release    A replica that leaves lets go of its tasks.
UPDATE tasks SET replica = NULL, lease_expires = NULL WHERE replica = ?;

-- name: add_event
INSERT INTO events (task_id, number, payload, step, hash, input) VALUES (?, ?, ?, ?, ?, ?);

-- name: add_journal
INSERT INTO journal (task_id, step, hash, result) VALUES (?, ?, ?, ?);

-- name: fence    Who may write.
SELECT fence FROM tasks WHERE id = ?;

-- name: find_task    One task of an owner.
SELECT id, context_id, state, last_event, snapshot, snapshot_event, caller, deadline, fence, attempts,
       replica, lease_expires
FROM tasks WHERE id = ? AND tenant = ? AND owner = ?;

-- name: events_after    Events of a task above a number, oldest first.
SELECT number, payload, input FROM events WHERE task_id = ? AND number > ? ORDER BY number LIMIT ?;

-- name: replay    What a rerun must know of earlier attempts: the events that steps wrote, and the inputs.
SELECT number, payload, step, hash, input FROM events
WHERE task_id = ? AND (step IS NOT NULL OR input IS NOT NULL) ORDER BY number;

-- name: journal
SELECT step, hash, result FROM journal WHERE task_id = ?;

-- name: unfinished    Tasks that were being worked on, whoever held them.
SELECT id, tenant, owner FROM tasks WHERE state IN (1, 2) AND (lease_expires IS NULL OR lease_expires < ?) LIMIT ?;

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

-- name: count_tasks
SELECT count(*) FROM tasks
WHERE tenant = :tenant AND owner = :owner
  AND (:context IS NULL OR context_id = :context)
  AND (:state IS NULL OR state = :state)
  AND (:after IS NULL OR updated >= :after);

-- name: set_push
INSERT INTO push_configs (task_id, id, config) VALUES (?, ?, ?)
ON CONFLICT (task_id, id) DO UPDATE SET config = excluded.config, failures = 0, dead = NULL;

-- name: get_push
SELECT config FROM push_configs WHERE task_id = ? AND id = ?;

-- name: list_push
SELECT config FROM push_configs WHERE task_id = ? AND id > ? ORDER BY id LIMIT ?;

-- name: count_push
SELECT count(*) FROM push_configs WHERE task_id = ?;

-- name: delete_push
DELETE FROM push_configs WHERE task_id = ? AND id = ?;
