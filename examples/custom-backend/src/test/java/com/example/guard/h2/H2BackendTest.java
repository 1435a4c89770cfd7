package com.example.guard.h2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.guard.api.Guard;
import dev.guard.api.RateLimiter;
import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.CorruptStateException;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the contract cannot ask, because it is this backend's own. */
class H2BackendTest {

    private static final Policy POLICY = Policy.of("api", Limit.parse("3/1d fixed"));

    @TempDir
    private Path folder;

    private String url() {
        return "jdbc:h2:" + folder.resolve("guard").toAbsolutePath();
    }

    private Guard open() {
        return Guard.builder()
                .backend("h2")
                .setting("backends.h2.url", url())
                .deadline(Duration.ofMinutes(1))
                .build();
    }

    private void sql(String statement) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url(), "", "");
                Statement direct = connection.createStatement()) {
            direct.execute(statement);
        }
    }

    @Test
    @DisplayName("A guard finds the backend by its name, and what was counted outlives it")
    void survives() {
        try (Guard guard = open()) {
            assertEquals("h2", guard.backend());
            guard.ping().toCompletableFuture().join();
            assertTrue(guard.limiter(POLICY).tryAcquire("alice", 2).allowed());
        }
        try (Guard guard = open()) {
            RateLimiter api = guard.limiter(POLICY);
            assertEquals(0, api.tryAcquire("alice").remaining());
            assertFalse(api.tryAcquire("alice").allowed());
        }
    }

    @Test
    @DisplayName("A setting that is missing or misspelt is refused by its name")
    void settings() {
        Guard.Builder builder = Guard.builder().backend("h2");
        GuardConfigurationException missing = assertThrows(GuardConfigurationException.class, builder::build);
        assertTrue(missing.getMessage().startsWith("backends.h2.url is not set"), missing.getMessage());
        builder.setting("backends.h2.ulr", url());
        GuardConfigurationException unknown = assertThrows(GuardConfigurationException.class, builder::build);
        assertTrue(unknown.getMessage().startsWith("unknown setting backends.h2.ulr"), unknown.getMessage());
    }

    @Test
    @DisplayName("A row that is not guard's is an error and no answer, and stays as it is")
    void corrupt() throws SQLException {
        try (Guard guard = open()) {
            guard.limiter(POLICY).tryAcquire("alice");
            sql("UPDATE guard_counters SET state = X'7b7d'");
            assertThrows(
                    CorruptStateException.class, () -> guard.limiter(POLICY).tryAcquire("alice"));
            assertTrue(guard.limiter(POLICY).tryAcquire("bob").allowed());
        }
    }

    @Test
    @DisplayName("A database that is gone is unavailable, and nobody is let through")
    void gone() throws SQLException {
        try (Guard guard = open()) {
            RateLimiter api = guard.limiter(POLICY);
            api.tryAcquire("alice");
            sql("DROP TABLE guard_counters");
            BackendUnavailableException e =
                    assertThrows(BackendUnavailableException.class, () -> api.tryAcquire("alice"));
            assertEquals(Reason.MISCONFIGURED, e.reason());
            assertInstanceOf(SQLException.class, e.getCause());
            assertFalse(e.getMessage().contains("alice"), e.getMessage());
        }
    }

    @Test
    @DisplayName("Every error of the database has the reason that fits")
    void reasons() {
        assertEquals(Reason.OVERLOADED, Database.reason(new SQLException("Login timeout", "08001", 8001)));
        assertEquals(Reason.TIMEOUT, Database.reason(new SQLException("", "57014", 57014)));
        assertEquals(Reason.CONNECTION_LOST, Database.reason(new SQLException("", "90067", 90067)));
        assertEquals(Reason.CONNECTION_LOST, Database.reason(new SQLException("", "08006", 1)));
        assertEquals(Reason.READ_ONLY, Database.reason(new SQLException("", "90097", 90097)));
        assertEquals(Reason.AUTH, Database.reason(new SQLException("", "28000", 28000)));
        assertEquals(Reason.MISCONFIGURED, Database.reason(new SQLException("", "42S02", 42102)));
        assertEquals(Reason.PROTOCOL, Database.reason(new SQLException("")));
    }
}
