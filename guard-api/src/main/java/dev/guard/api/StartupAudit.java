package dev.guard.api;

import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.FailureMode;
import dev.guard.domain.backend.Audit;
import dev.guard.domain.backend.Backend;
import dev.guard.domain.backend.Finding;
import dev.guard.domain.backend.Finding.Severity;
import dev.guard.domain.backend.StoreRefusedException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at a store before a guard begins with it. */
final class StartupAudit {

    /** The name of the logger that findings are written to. */
    static final String LOG = "dev.guard.audit";

    /** Backends have timeouts of their own, which are shorter. */
    private static final long PATIENCE_SECONDS = 30;

    private static final Logger LOGGER = LoggerFactory.getLogger(LOG);

    private StartupAudit() {}

    /**
     * What is found.
     *
     * @throws BackendUnavailableException if the store does not answer
     */
    static Audit of(Backend backend) {
        try {
            return backend.audit().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            return failed(backend, e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            throw new BackendUnavailableException(
                    Reason.TIMEOUT,
                    "the backend " + backend.name() + " did not say in " + PATIENCE_SECONDS
                            + " s whether its store will do",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackendUnavailableException(
                    Reason.INTERRUPTED, "the thread was interrupted while the store was looked at", e);
        } catch (RuntimeException e) {
            return failed(backend, e);
        }
    }

    /** A look that fails by itself says nothing of the store. */
    private static Audit failed(Backend backend, Throwable error) {
        if (error instanceof BackendUnavailableException unavailable) {
            throw unavailable;
        }
        if (error instanceof Error serious) {
            throw serious;
        }
        LOGGER.debug("The backend {} could not look at its store", backend.name(), error);
        return new Audit(
                List.of(Finding.unknown(
                        "audit",
                        "the backend " + backend.name() + " could not look at its store, and failed with "
                                + error.getClass().getSimpleName(),
                        "whether the store can lose what is counted is not known",
                        "see the log")),
                List.of());
    }

    /**
     * Writes down what an operator should know, and refuses where a guard of that mode does.
     *
     * @throws StoreRefusedException if the mode is strict, and the store can lose or refuse what guard relies on
     */
    static void enforce(Audit audit, FailureMode mode) {
        if (mode == FailureMode.STRICT_DISTRIBUTED) {
            audit.requireAccepted();
        }
        audit.of(Severity.REFUSE).forEach(finding -> LOGGER.error("{}", finding));
        audit.of(Severity.WARN).forEach(finding -> LOGGER.warn("{}", finding));
        audit.of(Severity.UNKNOWN).forEach(finding -> LOGGER.info("{}", finding));
        audit.of(Severity.INFO).forEach(finding -> LOGGER.debug("{}", finding));
    }
}
