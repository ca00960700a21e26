-- The roles and databases of one agency, made where missing; passwords are set anew from their files each time.
-- Run by the service `databases` as the superuser, with psql and ON_ERROR_STOP; any number of times.

\set owner_password `cat ${SECRETS:-/run/secrets}/jenjang_owner_password`
\set writer_password `cat ${SECRETS:-/run/secrets}/jenjang_writer_password`
\set temporal_password `cat ${SECRETS:-/run/secrets}/temporal_password`

-- jenjang_owner owns the schema and migrates it. jenjang_writer is the API and the worker: it can neither change
-- the schema nor, since the migrations revoke it, update or delete an event. The owner also finishes erasures
-- (`doctor --repair`): it sees who still reads old rows, writes the tables anew and has the write-ahead log recycled.
SELECT format('CREATE ROLE %I LOGIN', role)
FROM unnest(ARRAY['jenjang_owner', 'jenjang_writer', 'temporal']) AS role
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) \gexec

ALTER ROLE jenjang_owner PASSWORD :'owner_password';
ALTER ROLE jenjang_writer PASSWORD :'writer_password';
ALTER ROLE temporal PASSWORD :'temporal_password';
SELECT format('GRANT %I TO jenjang_owner', role)
FROM unnest(ARRAY['pg_read_all_stats', 'pg_checkpoint']) AS role
WHERE NOT pg_has_role('jenjang_owner', role, 'MEMBER') \gexec

SELECT format('CREATE DATABASE %I OWNER %I', name, owner)
FROM (VALUES ('jenjang', 'jenjang_owner'), ('temporal', 'temporal'), ('temporal_visibility', 'temporal'))
    AS wanted (name, owner)
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = name) \gexec

REVOKE CONNECT ON DATABASE jenjang, temporal, temporal_visibility FROM PUBLIC;
GRANT CONNECT ON DATABASE jenjang TO jenjang_writer;

\connect jenjang
ALTER SCHEMA public OWNER TO jenjang_owner;
GRANT EXECUTE ON FUNCTION pg_switch_wal() TO jenjang_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO jenjang_writer;
ALTER DEFAULT PRIVILEGES FOR ROLE jenjang_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO jenjang_writer;
ALTER DEFAULT PRIVILEGES FOR ROLE jenjang_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO jenjang_writer;
