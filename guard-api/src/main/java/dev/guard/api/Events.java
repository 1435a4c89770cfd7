package dev.guard.api;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where security events go: to the log, whose word is waited for, and to listeners, who are told when there is time.
 *
 * <p>Each of the two has a thread of its own, which lives while there is something to tell, and a queue of {@value #MOST_WAITING}. So a log or
 * a listener that throws or hangs holds up no caller beyond the deadline, and neither the other one.
 */
final class Events {

    /** The name of the logger that events are written to, as JSON, where nothing else is said. */
    static final String LOG = "dev.guard.security";

    private static final int MOST_WAITING = 1_024;
    private static final Logger LOGGER = LoggerFactory.getLogger(Events.class);
    private static final Logger SECURITY = LoggerFactory.getLogger(LOG);

    private final Consumer<? super SecurityEvent> log;
    private final List<Consumer<? super SecurityEvent>> listeners;
    private final ThreadPoolExecutor logging = thread("guard-security-log");
    private final ThreadPoolExecutor telling = thread("guard-events");
    private final AtomicLong dropped = new AtomicLong();

    Events(Consumer<? super SecurityEvent> log, List<Consumer<? super SecurityEvent>> listeners) {
        this.log = log;
        this.listeners = List.copyOf(listeners);
    }

    /** Writes an event to guard's own logger. */
    static void write(SecurityEvent event) {
        SECURITY.warn(event.toJson());
    }

    private static ThreadPoolExecutor thread(String name) {
        ThreadPoolExecutor executor =
                new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MOST_WAITING), work -> {
                    Thread thread = new Thread(work, name);
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    /**
     * Makes ready what an event needs, and tells nobody: the first one of a process would take longer than a caller waits for it.
     *
     * @param event such as may come
     */
    void prepare(SecurityEvent event) {
        logging.execute(() -> LOGGER.trace("A security event is like {}", event.toJson()));
    }

    /**
     * Writes an event to the log, and tells the listeners.
     *
     * @return done when the log has the event; failed where it threw, or too many events wait for it
     */
    CompletableFuture<Void> announce(SecurityEvent event) {
        CompletableFuture<Void> logged = new CompletableFuture<>();
        try {
            logging.execute(() -> {
                try {
                    log.accept(event);
                    logged.complete(null);
                } catch (RuntimeException | Error e) {
                    LOGGER.error("The security log failed with {}, and did not get {}", e, event.toJson());
                    logged.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            logged.completeExceptionally(e);
        }
        for (Consumer<? super SecurityEvent> listener : listeners) {
            tell(listener, event);
        }
        return logged;
    }

    private void tell(Consumer<? super SecurityEvent> listener, SecurityEvent event) {
        try {
            telling.execute(() -> {
                try {
                    listener.accept(event);
                } catch (RuntimeException | Error e) {
                    LOGGER.warn("A listener failed on {}", event.toJson(), e);
                }
            });
        } catch (RejectedExecutionException e) {
            dropped.incrementAndGet();
        }
    }

    /** How many events a listener was not told, as too many waited. */
    long dropped() {
        return dropped.get();
    }

    /** Tells what is left, and nothing more. */
    void close() {
        logging.shutdown();
        telling.shutdown();
    }
}
