package dev.guard.server;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The open connections of one event loop, none of which may be held without being used: a connection that does not
 * bring a whole request within some time, counted from its start or from the last request or answer on it, is closed,
 * however slowly or eagerly its bytes come.
 */
final class Connections {

    private final Vertx vertx;
    private final Duration patience;
    private final int most;
    private final AtomicInteger open;
    private final IdentityHashMap<HttpConnection, Watch> watches = new IdentityHashMap<>();

    /**
     * Makes the connections of a loop.
     *
     * @param patience how long a connection may take to bring a request
     * @param most how many may be open at a time, over all loops
     * @param open how many are, over all loops
     */
    Connections(Vertx vertx, Duration patience, int most, AtomicInteger open) {
        this.vertx = vertx;
        this.patience = patience;
        this.most = most;
        this.open = open;
    }

    /** Takes a new connection, or closes it where there are too many. */
    void add(HttpConnection connection) {
        Watch watch = new Watch(connection);
        watches.put(connection, watch);
        connection.closeHandler(ignored -> remove(connection));
        if (open.incrementAndGet() > most) {
            watch.close();
        } else {
            watch.lookAgain(patience.toMillis());
        }
    }

    private void remove(HttpConnection connection) {
        Watch watch = watches.remove(connection);
        if (watch != null) {
            open.decrementAndGet();
            watch.rest();
        }
    }

    /** The watch of a connection that was added. */
    Watch of(HttpConnection connection) {
        Watch watch = watches.get(connection);
        return watch == null ? new Watch(connection) : watch;
    }

    /** Looks after one connection. It has one timer at a time, which an answer does not touch. */
    final class Watch {
        private final HttpConnection connection;
        private long since = System.nanoTime();
        private long timer = -1;
        private boolean isOver;

        private Watch(HttpConnection connection) {
            this.connection = connection;
        }

        /** Nothing that comes after this is a request, though it may look like one: it was there before the close. */
        void ends() {
            isOver = true;
        }

        boolean isOver() {
            return isOver;
        }

        /** A request was brought, or answered: the time starts anew. */
        void progressed() {
            since = System.nanoTime();
        }

        void close() {
            var unused = connection.close();
        }

        private void lookAgain(long millis) {
            timer = vertx.setTimer(Math.max(1, millis), ignored -> {
                long left = patience.toMillis() - (System.nanoTime() - since) / 1_000_000;
                if (left <= 0) {
                    close();
                } else {
                    lookAgain(left);
                }
            });
        }

        private void rest() {
            vertx.cancelTimer(timer);
        }
    }
}
