-- The statements of the librarian, the same on SQLite and on Postgres. $1 and $2 are the tenant and the owner.

-- name: remember    A fact, once; a row when it is new.
INSERT INTO facts (tenant, owner, context, id, text, words, model, vector, created)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT DO NOTHING
RETURNING id;

-- name: count_facts    How many facts an owner has.
SELECT count(*) FROM facts WHERE tenant = $1 AND owner = $2;

-- name: facts_of    What is needed to search the facts of one context, the owner's own being those of "".
SELECT id, words, model, vector FROM facts WHERE tenant = $1 AND owner = $2 AND context = $3;

-- name: fact    A fact.
SELECT id, context, text, created FROM facts WHERE tenant = $1 AND owner = $2 AND context = $3 AND id = $4;

-- name: newest_facts    The facts of one context, newest first.
SELECT id, context, text, created FROM facts
WHERE tenant = $1 AND owner = $2 AND context = $3
ORDER BY created DESC, id LIMIT $4;

-- name: understand    The vector of a fact that had none, or that of another model.
UPDATE facts SET model = $5, vector = $6 WHERE tenant = $1 AND owner = $2 AND context = $3 AND id = $4;

-- name: forget    A fact goes; its row when it was there.
DELETE FROM facts WHERE tenant = $1 AND owner = $2 AND context = $3 AND id = $4 RETURNING id;

-- name: forget_context    The facts of one context go.
DELETE FROM facts WHERE tenant = $1 AND owner = $2 AND context = $3 RETURNING id;

-- name: versions    The versions of an entry that are kept, newest first.
SELECT version, value, author, created FROM entries
WHERE tenant = $1 AND owner = $2 AND context = $3 AND name = $4
ORDER BY version DESC;

-- name: newest    The newest version of an entry; without a value it was removed.
SELECT version, value, author, created, effect FROM entries
WHERE tenant = $1 AND owner = $2 AND context = $3 AND name = $4
ORDER BY version DESC LIMIT 1;

-- name: put_by    The version of an entry that an effect has put before.
SELECT version FROM entries WHERE tenant = $1 AND owner = $2 AND context = $3 AND name = $4 AND effect = $5;

-- name: put    The next version of an entry; a row when nobody else was quicker.
INSERT INTO entries (tenant, owner, context, name, version, value, size, author, effect, created)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT DO NOTHING
RETURNING version;

-- name: size_of_entries    Characters of all versions of all that an owner's agents share.
SELECT coalesce(sum(size), 0) FROM entries WHERE tenant = $1 AND owner = $2;

-- name: drop_versions    The versions of an entry below one go.
DELETE FROM entries WHERE tenant = $1 AND owner = $2 AND context = $3 AND name = $4 AND version < $5;

-- name: entries_of    The newest version of each entry of a context, by name.
SELECT e.name, e.version, e.author, e.created FROM entries e
WHERE e.tenant = $1 AND e.owner = $2 AND e.context = $3 AND e.value IS NOT NULL
    AND e.version = (
        SELECT max(n.version) FROM entries n
        WHERE n.tenant = $1 AND n.owner = $2 AND n.context = $3 AND n.name = e.name
    )
ORDER BY e.name;

-- name: add    A document, in place of one of that name.
INSERT INTO documents (tenant, owner, collection, name, media_type, text, pieces, model, vectors, size, created)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (tenant, owner, collection, name) DO UPDATE SET
    media_type = excluded.media_type, text = excluded.text, pieces = excluded.pieces, model = excluded.model,
    vectors = excluded.vectors, size = excluded.size, created = excluded.created;

-- name: documents_of    The documents of an owner, by collection and name.
SELECT collection, name, media_type, size, created FROM documents
WHERE tenant = $1 AND owner = $2
ORDER BY collection, name;

-- name: pieces_of    What is needed to search a document.
SELECT pieces, model, vectors FROM documents WHERE tenant = $1 AND owner = $2 AND collection = $3 AND name = $4;

-- name: text_of    The text of a document.
SELECT text FROM documents WHERE tenant = $1 AND owner = $2 AND collection = $3 AND name = $4;

-- name: drop_document    A document goes; its row when it was there.
DELETE FROM documents WHERE tenant = $1 AND owner = $2 AND collection = $3 AND name = $4 RETURNING name;

-- name: delete_facts    All facts of an owner go.
DELETE FROM facts WHERE tenant = $1 AND owner = $2;

-- name: delete_entries    All that an owner's agents share goes.
DELETE FROM entries WHERE tenant = $1 AND owner = $2;

-- name: delete_documents    All documents of an owner go.
DELETE FROM documents WHERE tenant = $1 AND owner = $2;
