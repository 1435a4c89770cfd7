package dev.guard.server;

import dev.guard.api.Guard;
import dev.guard.domain.Decision;
import dev.guard.domain.FailureMode;
import dev.guard.domain.Policy;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The server's metrics. Labels hold names of policies from the configuration and words from short lists, never
 * anything that came with a request, so that no client can name itself in them or make more of them.
 */
final class Telemetry {

    /** The media type of {@link #scrape()}. */
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final Duration[] BUCKETS = {
        Duration.ofNanos(50_000),
        Duration.ofNanos(100_000),
        Duration.ofNanos(250_000),
        Duration.ofNanos(500_000),
        Duration.ofMillis(1),
        Duration.ofNanos(2_500_000),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1)
    };

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Timer duration = Timer.builder("guard.decision.duration")
            .description("Time from the question to the decision, as the server sees it")
            .serviceLevelObjectives(BUCKETS)
            .register(registry);

    /** Lets the metrics tell how a guard is doing. */
    void watch(Guard guard) {
        Gauge.builder("guard.degraded", guard, watched -> watched.stats().degraded() ? 1 : 0)
                .description("1 while decisions are local, as the store is away")
                .register(registry);
        Gauge.builder("guard.circuit.open", guard, watched -> watched.stats().circuitOpen() ? 1 : 0)
                .description("1 while the store is away and is not asked")
                .register(registry);
        FunctionCounter.builder(
                        "guard.events.dropped",
                        guard,
                        watched -> watched.stats().eventsDropped())
                .description("Security events that a listener was not told, as too many waited")
                .register(registry);
    }

    /** The metrics in the text format of Prometheus. */
    String scrape() {
        return registry.scrape(CONTENT_TYPE);
    }

    /** The meters of one policy, at zero from the start. */
    OfPolicy ofPolicy(Policy policy, FailureMode mode) {
        return new OfPolicy(policy, mode);
    }

    /** What is counted for one policy. */
    final class OfPolicy {
        private final Counter allowed;
        private final Counter denied;
        private final Counter unavailable;
        private final Counter shadowDenied;

        private OfPolicy(Policy policy, FailureMode mode) {
            this.allowed = decisions(policy, "allowed", mode);
            this.denied = decisions(policy, "denied", mode);
            this.unavailable = decisions(policy, "unavailable", mode);
            this.shadowDenied = Counter.builder("guard.shadow.denials")
                    .description("Calls that a limit or a policy in shadow would have denied")
                    .tag("policy", policy.name())
                    .register(registry);
        }

        void decided(Decision decision, long nanos) {
            duration.record(nanos, TimeUnit.NANOSECONDS);
            (decision.allowed() ? allowed : denied).increment();
            if (decision.shadowDenied()) {
                shadowDenied.increment();
            }
        }

        /** Nobody was judged: the store could not be asked. */
        void unavailable(long nanos) {
            duration.record(nanos, TimeUnit.NANOSECONDS);
            unavailable.increment();
        }

        private Counter decisions(Policy policy, String outcome, FailureMode mode) {
            return Counter.builder("guard.decisions")
                    .description("Calls that asked for permits, by what came of them")
                    .tag("policy", policy.name())
                    .tag("outcome", outcome)
                    .tag("mode", mode.settingName())
                    .register(registry);
        }
    }
}
