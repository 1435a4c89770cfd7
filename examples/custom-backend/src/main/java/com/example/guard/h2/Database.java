package com.example.guard.h2;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.h2.api.ErrorCode;
import org.h2.jdbcx.JdbcConnectionPool;

/**
 * Statements over a pool of connections. Every failure of the database comes out as a {@link BackendUnavailableException} with
 * the reason that fits, and every statement ends by itself.
 */
final class Database implements AutoCloseable {

    private static final int TIMEOUT_SECONDS = 5;

    /** What the pool says when all of its connections are in use for too long. */
    private static final int POOL_EXHAUSTED = 8001;

    private final JdbcConnectionPool pool;

    Database(String url, String user, String password, int connections) {
        this.pool = JdbcConnectionPool.create(url, user, password);
        pool.setMaxConnections(connections);
        pool.setLoginTimeout(TIMEOUT_SECONDS);
    }

    /** What is done with a statement. */
    interface Question<T> {
        T ask(PreparedStatement statement) throws SQLException;
    }

    /** What is bound to a statement. */
    interface Binding {
        void bind(PreparedStatement statement) throws SQLException;
    }

    /** Runs one statement, and commits it. */
    <T> T ask(String sql, Question<T> question) {
        try {
            return run(sql, question);
        } catch (SQLException e) {
            throw unavailable(e);
        }
    }

    void update(String sql) {
        ask(sql, PreparedStatement::execute);
    }

    /** Runs a statement that changes one row or none, and says which. That somebody else was there first is none. */
    boolean changesOneRow(String sql, Binding binding) {
        try {
            return run(sql, statement -> {
                binding.bind(statement);
                return statement.executeUpdate() == 1;
            });
        } catch (SQLException e) {
            if (isConflict(e)) {
                return false;
            }
            throw unavailable(e);
        }
    }

    private <T> T run(String sql, Question<T> question) throws SQLException {
        try (Connection connection = pool.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setQueryTimeout(TIMEOUT_SECONDS);
            return question.ask(statement);
        }
    }

    /** Errors after which it is certain that nothing was written, because others wrote the row. */
    private static boolean isConflict(SQLException e) {
        return switch (e.getErrorCode()) {
            case ErrorCode.DUPLICATE_KEY_1, ErrorCode.CONCURRENT_UPDATE_1, ErrorCode.DEADLOCK_1 -> true;
            default -> false;
        };
    }

    /** The message names the error's code and never its text, which may hold the values of a statement. */
    private static BackendUnavailableException unavailable(SQLException e) {
        Reason reason = reason(e);
        return new BackendUnavailableException(
                reason, "the database answered with error " + e.getErrorCode() + " (" + e.getSQLState() + ")", e);
    }

    static Reason reason(SQLException e) {
        return switch (e.getErrorCode()) {
            case ErrorCode.STATEMENT_WAS_CANCELED, ErrorCode.LOCK_TIMEOUT_1 -> Reason.TIMEOUT;
            case ErrorCode.CONNECTION_BROKEN_1, ErrorCode.DATABASE_IS_CLOSED, ErrorCode.OBJECT_CLOSED ->
                Reason.CONNECTION_LOST;
            case ErrorCode.DATABASE_ALREADY_OPEN_1, ErrorCode.DATABASE_NOT_FOUND_WITH_IF_EXISTS_1, ErrorCode.IO_EXCEPTION_2 ->
                Reason.CONNECT;
            case ErrorCode.DATABASE_IS_READ_ONLY -> Reason.READ_ONLY;
            case ErrorCode.OUT_OF_MEMORY -> Reason.OUT_OF_MEMORY;
            case ErrorCode.WRONG_USER_OR_PASSWORD, ErrorCode.NOT_ENOUGH_RIGHTS_FOR_1 -> Reason.AUTH;
            case ErrorCode.DUPLICATE_KEY_1, ErrorCode.CONCURRENT_UPDATE_1, ErrorCode.DEADLOCK_1, POOL_EXHAUSTED ->
                Reason.OVERLOADED;
            default -> reasonOfClass(e.getSQLState());
        };
    }

    private static Reason reasonOfClass(String state) {
        if (state != null && state.startsWith("08")) {
            return Reason.CONNECTION_LOST;
        }
        return state != null && (state.startsWith("42") || state.startsWith("90"))
                ? Reason.MISCONFIGURED
                : Reason.PROTOCOL;
    }

    @Override
    public void close() {
        pool.dispose();
    }
}
