package com.example.guard.h2;

import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Key;
import dev.guard.domain.KeyPage;
import dev.guard.domain.Micros;
import dev.guard.domain.backend.BackendSettings;
import dev.guard.domain.counter.CasCounterStore;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counters in a table: one row a key, with the state as bytes, a revision to compare by, and the moment from which the row may
 * go.
 *
 * <p>The revision comes from a sequence and never comes back: a row that is deleted and inserted again has another one, so that
 * nobody takes the new row for the old.
 */
final class H2CounterStore extends CasCounterStore<Long> {

    /** The parts of a key are the primary key as they are: H2 compares text exactly, character by character. */
    private static final String TABLE =
            """
            CREATE TABLE IF NOT EXISTS guard_counters (
                namespace  VARCHAR        NOT NULL,
                tenant     VARCHAR        NOT NULL,
                policy     VARCHAR        NOT NULL,
                subject    VARCHAR        NOT NULL,
                state      VARBINARY      NOT NULL,
                revision   BIGINT         NOT NULL,
                expires_at BIGINT         NOT NULL,
                PRIMARY KEY (namespace, tenant, policy, subject))
            """;

    private static final String INDEX =
            "CREATE INDEX IF NOT EXISTS guard_counters_expiry ON guard_counters (namespace, expires_at)";

    private static final String SEQUENCE = "CREATE SEQUENCE IF NOT EXISTS guard_revision";

    private static final String OF_KEY = " namespace = ? AND tenant = ? AND policy = ? AND subject = ?";

    /** The clock and the row in one round trip; one line also where there is no row. */
    private static final String LOAD = "SELECT CURRENT_TIMESTAMP(6), state, revision"
            + " FROM (VALUES (1)) LEFT JOIN guard_counters ON" + OF_KEY;

    private static final String CREATE = "INSERT INTO guard_counters"
            + " (namespace, tenant, policy, subject, state, expires_at, revision)"
            + " VALUES (?, ?, ?, ?, ?, ?, NEXT VALUE FOR guard_revision)";

    private static final String REPLACE = "UPDATE guard_counters"
            + " SET revision = NEXT VALUE FOR guard_revision, state = ?, expires_at = ?"
            + " WHERE" + OF_KEY + " AND revision = ?";

    private static final String REMOVE = "DELETE FROM guard_counters WHERE" + OF_KEY + " AND revision = ?";

    private static final String SCAN = "SELECT subject FROM guard_counters"
            + " WHERE namespace = ? AND tenant = ? AND policy = ? AND (? OR subject > ?)"
            + " ORDER BY subject LIMIT " + H2CounterStore.PAGE;

    private static final String CLEAN_UP = "DELETE FROM guard_counters WHERE namespace = ? AND expires_at < ? LIMIT 1000";

    private static final int PAGE = 500;

    /** A cursor is this and the last subject of the page before: an empty subject has one too. */
    private static final String AFTER = "after:";

    private static final int ROWS_PER_CLEAN_UP = 1_000;

    /** A row stays for an hour longer than it must: should the clock be set back, its key is remembered still. */
    private static final long GRACE = 3_600_000_000L;

    private final Database database;
    private final String namespace;
    private final Optional<InstantSource> injectedTime;
    private final AtomicLong created = new AtomicLong();

    H2CounterStore(Database database, String namespace, BackendSettings settings, Executor executor) {
        super(settings.source(), executor, System::nanoTime);
        this.database = database;
        this.namespace = namespace;
        this.injectedTime = settings.time();
        database.update(TABLE);
        database.update(INDEX);
        database.update(SEQUENCE);
    }

    @Override
    protected Loaded<Long> load(Key key) {
        return database.ask(LOAD, statement -> {
            bind(statement, 1, key);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                long time = time(row.getObject(1, OffsetDateTime.class));
                byte[] state = row.getBytes(2);
                return new Loaded<>(
                        time, state == null ? Optional.empty() : Optional.of(new Stored<>(state, row.getLong(3))));
            }
        });
    }

    /** The database's clock, and in tests the one that the kit injects. Never this process's. */
    private long time(OffsetDateTime clockOfDatabase) {
        return Micros.of(injectedTime.map(InstantSource::instant).orElseGet(clockOfDatabase::toInstant));
    }

    @Override
    protected boolean create(Key key, byte[] value, long expiresAt) {
        boolean written = database.changesOneRow(CREATE, statement -> {
            int next = bind(statement, 1, key);
            statement.setBytes(next, value);
            statement.setLong(next + 1, expiresAt);
        });
        if (written && created.incrementAndGet() % ROWS_PER_CLEAN_UP == 0) {
            cleanUp(load(key).time());
        }
        return written;
    }

    @Override
    protected boolean replace(Key key, Stored<Long> expected, byte[] value, long expiresAt) {
        return database.changesOneRow(REPLACE, statement -> {
            statement.setBytes(1, value);
            statement.setLong(2, expiresAt);
            statement.setLong(bind(statement, 3, key), expected.revision());
        });
    }

    @Override
    protected boolean remove(Key key, Stored<Long> expected) {
        return database.changesOneRow(
                REMOVE, statement -> statement.setLong(bind(statement, 1, key), expected.revision()));
    }

    @Override
    protected KeyPage scan(String tenant, String policy, String cursor) {
        boolean fromStart = cursor.equals(KeyPage.START);
        if (!fromStart && !cursor.startsWith(AFTER)) {
            throw new InvalidArgumentException("cursor is '" + cursor + "', expected one that a page of this store named");
        }
        String after = fromStart ? "" : cursor.substring(AFTER.length());
        List<Key> keys = database.ask(SCAN, statement -> {
            statement.setString(1, namespace);
            statement.setString(2, tenant);
            statement.setString(3, policy);
            statement.setBoolean(4, fromStart);
            statement.setString(5, after);
            List<Key> found = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.add(new Key(tenant, policy, row.getString(1)));
                }
            }
            return found;
        });
        boolean more = keys.size() == PAGE;
        return new KeyPage(
                keys, more ? Optional.of(AFTER + keys.get(PAGE - 1).subject()) : Optional.empty());
    }

    /** Asks the database for a sign of life. */
    CompletionStage<Void> ping() {
        return async(() -> {
            database.update("SELECT 1");
            return null;
        });
    }

    private void cleanUp(long now) {
        database.ask(CLEAN_UP, statement -> {
            statement.setString(1, namespace);
            statement.setLong(2, now - GRACE);
            return statement.executeUpdate();
        });
    }

    /** Binds a key's four places from {@code first} on, and says which place is next. */
    private int bind(PreparedStatement statement, int first, Key key) throws SQLException {
        statement.setString(first, namespace);
        statement.setString(first + 1, key.tenant());
        statement.setString(first + 2, key.policy());
        statement.setString(first + 3, key.subject());
        return first + 4;
    }
}
