package dev.guard.bench.memory;

import com.google.common.base.Splitter;
import com.google.common.util.concurrent.RateLimiter;
import dev.guard.api.Guard;
import dev.guard.api.KeyLimiter;
import dev.guard.domain.Decision;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** P1: all threads ask for one permit of one key. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HotKeyBenchmark {

    /** The rate of all contestants. */
    @State(Scope.Benchmark)
    public static class Rate {
        @Param("ADMITTED")
        public Load load = Load.ADMITTED;
    }

    /** The bare limit and its one number. */
    @State(Scope.Benchmark)
    public static class Bare {
        private BareLimit limit = new BareLimit(Load.ADMITTED);
        private AtomicLong state = limit.newState();

        @Setup
        public void setUp(Rate rate) {
            limit = new BareLimit(rate.load);
            state = limit.newState();
        }
    }

    @Benchmark
    public boolean limit(Bare bare) {
        return bare.limit.tryAcquire(bare.state);
    }

    @Benchmark
    public Object limitWithReply(Bare bare) {
        return Reply.of(bare, bare.limit.tryAcquire(bare.state), bare.state.get());
    }

    /** guard's handle of one key. */
    @State(Scope.Benchmark)
    public static class Guarded {
        @Param("1000000000/1s")
        public String limits = "1000000000/1s";

        private final Guard guard = Guard.inMemory();
        private KeyLimiter key =
                guard.limiter(Policy.of("unused", Limit.parse(limits))).key("");

        @Setup
        public void setUp() {
            Policy.Builder policy = Policy.builder("bench");
            for (String limit : Splitter.on(", ").split(limits)) {
                policy.limit(Limit.parse(limit));
            }
            key = guard.limiter(policy.build()).key("203.113.144.225");
        }

        @TearDown
        public void close() {
            guard.close();
        }
    }

    @Benchmark
    public boolean guardBoolean(Guarded guarded) {
        return guarded.key.tryAcquire();
    }

    @Benchmark
    public Decision guardDecision(Guarded guarded) {
        return guarded.key.decide();
    }

    /** Guava's limiter. */
    @State(Scope.Benchmark)
    public static class Guava {
        private RateLimiter limiter = RateLimiter.create(1);

        @Setup
        public void setUp(Rate rate) {
            limiter = RateLimiter.create(rate.load.permitsPerSecond());
        }
    }

    @Benchmark
    public boolean guava(Guava guava) {
        return guava.limiter.tryAcquire();
    }

    /** Resilience4j's limiter, the default one, which keeps its state in an atomic reference. */
    @State(Scope.Benchmark)
    public static class Resilience4j {
        private io.github.resilience4j.ratelimiter.RateLimiter limiter = limiter(Load.ADMITTED);

        @Setup
        public void setUp(Rate rate) {
            limiter = limiter(rate.load);
        }

        private static io.github.resilience4j.ratelimiter.RateLimiter limiter(Load load) {
            return io.github.resilience4j.ratelimiter.RateLimiter.of(
                    "bench",
                    RateLimiterConfig.custom()
                            .limitForPeriod(load.permits())
                            .limitRefreshPeriod(load.period())
                            .timeoutDuration(Duration.ZERO)
                            .build());
        }
    }

    @Benchmark
    public boolean resilience4j(Resilience4j resilience4j) {
        return resilience4j.limiter.acquirePermission();
    }

    /** Bucket4j's local bucket, lock-free, on the nanosecond clock. */
    @State(Scope.Benchmark)
    public static class Bucket4j {
        private Bucket bucket = Buckets.of(Load.ADMITTED);

        @Setup
        public void setUp(Rate rate) {
            bucket = Buckets.of(rate.load);
        }
    }

    @Benchmark
    public boolean bucket4j(Bucket4j bucket4j) {
        return bucket4j.bucket.tryConsume(1);
    }

    /** Bucket4j's answer with the remaining tokens and the wait, as guard's decision has them. */
    @Benchmark
    public ConsumptionProbe bucket4jProbe(Bucket4j bucket4j) {
        return bucket4j.bucket.tryConsumeAndReturnRemaining(1);
    }
}
