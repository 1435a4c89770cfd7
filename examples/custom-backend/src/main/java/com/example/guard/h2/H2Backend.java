package com.example.guard.h2;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.GuardConfigurationException;
import dev.guard.domain.backend.Backend;
import dev.guard.domain.backend.BackendSettings;
import dev.guard.domain.counter.CounterStore;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Keeps guard's state in an H2 database.
 *
 * <p>Settings, each {@code backends.h2.<name>}: {@value #URL}, the JDBC address of the database, required; {@value #USER} and
 * {@value #PASSWORD}; {@value #NAMESPACE}, which keeps deployments apart that share a database; {@value #CONNECTIONS}, the most
 * connections, 8 where it is not set.
 */
public final class H2Backend implements Backend {

    /** The name by which configurations choose the backend. */
    public static final String NAME = "h2";

    static final String URL = "url";
    static final String USER = "user";
    static final String PASSWORD = "password";
    static final String NAMESPACE = "namespace";
    static final String CONNECTIONS = "connections";

    private static final int MOST_WAITING = 1_000;

    private final Database database;
    private final ThreadPoolExecutor threads;
    private final H2CounterStore counters;

    private H2Backend(Database database, ThreadPoolExecutor threads, H2CounterStore counters) {
        this.database = database;
        this.threads = threads;
        this.counters = counters;
    }

    /**
     * Opens the backend, and creates its table where there is none.
     *
     * @throws GuardConfigurationException if a setting is unknown, missing or malformed
     * @throws BackendUnavailableException if the database cannot be reached
     */
    public static H2Backend open(BackendSettings settings) {
        settings.requireKnown(List.of(URL, USER, PASSWORD, NAMESPACE, CONNECTIONS));
        String url = settings.text(URL)
                .orElseThrow(() -> new GuardConfigurationException(
                        "backends.h2.url is not set, expected the address of a database: jdbc:h2:…"));
        int connections = (int) settings.number(CONNECTIONS, 8, 1, 1_000);
        Database database = new Database(
                url, settings.text(USER).orElse(""), settings.text(PASSWORD).orElse(""), connections);
        // A thread for each connection, and a queue that is full at some time: then a call is refused, and never kept waiting for
        // ever.
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                connections, connections, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MOST_WAITING), task -> {
                    Thread thread = new Thread(task, "guard-h2");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        try {
            return new H2Backend(
                    database,
                    threads,
                    new H2CounterStore(database, settings.text(NAMESPACE).orElse("guard"), settings, threads));
        } catch (RuntimeException e) {
            threads.shutdown();
            database.close();
            throw e;
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean isShared() {
        return true;
    }

    @Override
    public CounterStore counters() {
        return counters;
    }

    @Override
    public CompletionStage<Void> ping() {
        return counters.ping();
    }

    @Override
    public void close() {
        counters.close();
        threads.shutdown();
        database.close();
    }
}
