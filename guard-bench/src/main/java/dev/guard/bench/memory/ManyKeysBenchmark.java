package dev.guard.bench.memory;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.guard.api.Guard;
import dev.guard.api.RateLimiter;
import dev.guard.domain.Decision;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import io.github.bucket4j.Bucket;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * P2: calls for one of 100,000 keys at random.
 *
 * <p>Every contestant holds the same subjects, inserted in an order that is neither the one in which they were made nor the
 * one in which they are asked for, and settled by a full collection before the first call. Subjects are asked for by the
 * string that the table holds itself (SAME), or by a new one whose hash nobody has computed, as it comes with a request
 * (FRESH); what making that string costs is measured beside.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ManyKeysBenchmark {

    /** Which string stands for a subject. */
    public enum Strings {
        SAME,
        FRESH
    }

    /** The subjects. */
    @State(Scope.Benchmark)
    public static class Keys {
        @Param("SAME")
        public Strings strings = Strings.SAME;

        @Param("100000")
        public int count = 1;

        private Subjects subjects = new Subjects(1);
        private String[] held = subjects.all();

        @Setup
        public void setUp() {
            subjects = new Subjects(count);
            held = subjects.all();
        }

        void insert(Consumer<String> table) {
            for (int i : Subjects.shuffled(count, 2)) {
                table.accept(held[i]);
            }
            System.gc();
        }
    }

    /** Each thread's way through the subjects. */
    @State(Scope.Thread)
    public static class Walk {
        private long state = Thread.currentThread().getId() * 0x9E3779B97F4A7C15L;

        String next(Keys keys) {
            state = state * 6364136223846793005L + 1442695040888963407L;
            int index = (int) (((state >>> 32) * keys.count) >>> 32);
            return keys.strings == Strings.SAME ? keys.held[index] : keys.subjects.fresh(index);
        }
    }

    @Benchmark
    public String subjectOnly(Keys keys, Walk walk) {
        return walk.next(keys);
    }

    /** The bare limit's numbers in a map. */
    @State(Scope.Benchmark)
    public static class Bare {
        private final BareLimit limit = new BareLimit(Load.ADMITTED);
        private final ConcurrentMap<String, AtomicLong> states = new ConcurrentHashMap<>();

        @Setup
        public void setUp(Keys keys) {
            keys.insert(this::tryAcquire);
        }

        boolean tryAcquire(String subject) {
            AtomicLong state = states.get(subject);
            return limit.tryAcquire(
                    state != null ? state : states.computeIfAbsent(subject, unknown -> limit.newState()));
        }
    }

    @Benchmark
    public boolean limit(Bare bare, Keys keys, Walk walk) {
        return bare.tryAcquire(walk.next(keys));
    }

    @Benchmark
    public Object limitWithReply(Bare bare, Keys keys, Walk walk) {
        return Reply.of(bare, bare.tryAcquire(walk.next(keys)), keys.count);
    }

    /** guard's limiter of a policy. */
    @State(Scope.Benchmark)
    public static class Guarded {
        private final Guard guard = Guard.inMemory();
        private final RateLimiter limiter = guard.limiter(Policy.of("bench", Limit.parse("1000000000/1s")));

        @Setup
        public void setUp(Keys keys) {
            keys.insert(limiter::tryAcquire);
        }

        @TearDown
        public void close() {
            guard.close();
        }
    }

    @Benchmark
    public Decision guardDecision(Guarded guarded, Keys keys, Walk walk) {
        return guarded.limiter.tryAcquire(walk.next(keys));
    }

    /** Bucket4j's local buckets in a map. */
    @State(Scope.Benchmark)
    public static class Bucket4jInMap {
        private final ConcurrentMap<String, Bucket> buckets = new ConcurrentHashMap<>();

        @Setup
        public void setUp(Keys keys) {
            keys.insert(this::tryAcquire);
        }

        boolean tryAcquire(String subject) {
            Bucket bucket = buckets.get(subject);
            return (bucket != null ? bucket : buckets.computeIfAbsent(subject, unknown -> Buckets.of(Load.ADMITTED)))
                    .tryConsume(1);
        }
    }

    @Benchmark
    public boolean bucket4jInMap(Bucket4jInMap buckets, Keys keys, Walk walk) {
        return buckets.tryAcquire(walk.next(keys));
    }

    /** Bucket4j's local buckets in a Caffeine cache: bounded and forgetful, as guard's table is. */
    @State(Scope.Benchmark)
    public static class Bucket4jInCaffeine {
        private final Cache<String, Bucket> buckets = Caffeine.newBuilder()
                .maximumSize(1_000_000)
                .expireAfterAccess(Duration.ofHours(1))
                .build();

        @Setup
        public void setUp(Keys keys) {
            keys.insert(this::tryAcquire);
        }

        boolean tryAcquire(String subject) {
            @Nullable Bucket bucket = buckets.get(subject, unknown -> Buckets.of(Load.ADMITTED));
            return bucket != null && bucket.tryConsume(1);
        }
    }

    @Benchmark
    public boolean bucket4jInCaffeine(Bucket4jInCaffeine buckets, Keys keys, Walk walk) {
        return buckets.tryAcquire(walk.next(keys));
    }
}
