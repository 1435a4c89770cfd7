package dev.guard.domain.counter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.domain.Algorithm;
import dev.guard.domain.Decision;
import dev.guard.domain.Limit;
import dev.guard.domain.LimitNumbers;
import dev.guard.domain.Micros;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.Histories.Move;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * The claim that makes a translation to Lua possible: every intermediate result of a step is a whole number below 2^53, so
 * that the same step in doubles gives the same numbers. The steps below are written in doubles, as a script would, and
 * every result on the way is checked.
 */
@Label("A step in doubles, as a script takes it,")
class DoubleExactnessProperties {

    private static final double EXACT = 0x1p53;

    @Property
    @Label("S9 rounds nowhere: state, remaining and waits equal the model's")
    void doublesEqualLongs(
            @ForAll("limits") Limit limit, @ForAll("starts") long start, @ForAll("moves") List<Move> moves) {
        Policy policy = Policy.of("api", limit);
        ModelKey model = new ModelKey();
        Script script = new Script(limit.numbers());
        long time = start;
        Decision last = null;
        for (Move move : moves) {
            time = Histories.time(move, policy, time, last);
            long cost = Histories.cost(move, policy);
            if (new ExactKey(policy).refuses(cost) || limit.capacity() == 0) {
                continue;
            }
            last = model.acquire(policy, cost, time);
            boolean allowed = script.acquire(cost, time);
            assertThat(allowed).isEqualTo(last.allowed());
            assertThat(script.remaining).isEqualTo((double) last.remaining());
            assertThat(script.retryAfter).isEqualTo((double) last.retryAfterMicros());
            assertThat(script.resetAfter).isEqualTo((double) last.resetAfterMicros());
            if (allowed && !model.state().isAbsent()) {
                LimitState state = model.state().slots().get(0).state();
                assertThat(script.x).isEqualTo((double) state.x());
                assertThat(script.y).isEqualTo((double) state.y());
                assertThat((long) script.last).isEqualTo(model.state().time());
            }
        }
    }

    /** One limit of one key in a store whose only number is the double. */
    private static final class Script {
        private final Algorithm algorithm;
        private final double capacity;
        private final double permits;
        private final double period;
        private final double tick;
        private final double perTick;
        private final double perPermit;
        private boolean absent = true;
        private double x;
        private double y;
        private double last;
        private double remaining;
        private double retryAfter;
        private double resetAfter;

        Script(LimitNumbers numbers) {
            this.algorithm = numbers.algorithm();
            this.capacity = numbers.capacity();
            this.permits = numbers.permits();
            this.period = numbers.period();
            this.tick = numbers.tick();
            this.perTick = numbers.unitsPerTick();
            this.perPermit = numbers.unitsPerPermit();
        }

        boolean acquire(double cost, double storeTime) {
            double now = absent ? storeTime : Math.max(storeTime, last);
            double level = algorithm == Algorithm.GREEDY ? exact(capacity * perPermit) : isBucket() ? capacity : 0;
            double mark = 0;
            if (!absent && exact(now - last) < Micros.TEN_YEARS) {
                level = x;
                mark = y;
                advance(now);
                level = advanced;
                mark = advancedMark;
            }
            boolean allowed = admits(level, mark, now, cost);
            if (allowed) {
                charge(level, mark, now, cost);
                level = x;
                mark = y;
                last = now;
                absent = false;
            }
            remaining = Math.max(0, available(level, mark, now));
            retryAfter = allowed ? 0 : waitFor(level, mark, now, cost);
            resetAfter = reset(level, mark, now);
            return allowed;
        }

        private double advanced;
        private double advancedMark;

        private void advance(double now) {
            advanced = x;
            advancedMark = y;
            switch (algorithm) {
                case LOG, CALENDAR, CONCURRENT -> throw new AssertionError("not drawn here: " + algorithm);
                case GREEDY -> {
                    double missing = exact(exact(capacity * perPermit) - x);
                    double ticks = exact(Math.floor(now / tick) - Math.floor(last / tick));
                    advanced = ticks >= Math.ceil(missing / perTick)
                            ? exact(x + missing)
                            : exact(x + exact(ticks * perTick));
                }
                case INTERVAL -> {
                    double missing = exact(capacity - x);
                    double periods = Math.floor(exact(now - y) / period);
                    if (missing == 0 || periods >= Math.ceil(missing / permits)) {
                        advanced = capacity;
                        advancedMark = 0;
                    } else {
                        advanced = exact(x + exact(periods * permits));
                        advancedMark = exact(now - exact(now - y) % period);
                    }
                }
                case FIXED -> {
                    if (x == 0 || exact(now - y) >= period) {
                        advanced = 0;
                        advancedMark = 0;
                    }
                }
                case ALIGNED -> {
                    if (x == 0 || exact(Math.floor(now / period) * period) != y) {
                        advanced = 0;
                        advancedMark = 0;
                    }
                }
                case SLIDING -> {
                    double windows = Math.floor(now / period) - Math.floor(last / period);
                    if (windows == 1) {
                        advanced = 0;
                        advancedMark = x;
                    } else if (windows > 1) {
                        advanced = 0;
                        advancedMark = 0;
                    }
                }
            }
        }

        private boolean admits(double level, double mark, double now, double cost) {
            return switch (algorithm) {
                case LOG, CALENDAR, CONCURRENT -> throw new AssertionError("not drawn here: " + algorithm);
                case GREEDY -> exact(cost * perPermit) <= level;
                case INTERVAL -> cost <= level;
                case FIXED, ALIGNED -> exact(level + cost) <= capacity;
                case SLIDING ->
                    exact(mark * exact(perPermit - elapsed(now)))
                            <= exact(exact(exact(capacity - level) - cost) * perPermit);
            };
        }

        private double available(double level, double mark, double now) {
            return switch (algorithm) {
                case LOG, CALENDAR, CONCURRENT -> throw new AssertionError("not drawn here: " + algorithm);
                case GREEDY -> Math.floor(level / perPermit);
                case INTERVAL -> level;
                case FIXED, ALIGNED -> exact(capacity - level);
                case SLIDING ->
                    Math.floor(exact(exact(capacity * perPermit) - exact(mark * exact(perPermit - elapsed(now))))
                                    / perPermit)
                            - level;
            };
        }

        private void charge(double level, double mark, double now, double cost) {
            switch (algorithm) {
                case LOG, CALENDAR, CONCURRENT -> throw new AssertionError("not drawn here: " + algorithm);
                case GREEDY -> {
                    x = exact(level - exact(cost * perPermit));
                    y = 0;
                }
                case INTERVAL -> {
                    x = exact(level - cost);
                    y = level == capacity ? now : mark;
                }
                case FIXED -> {
                    x = exact(level + cost);
                    y = level == 0 ? now : mark;
                }
                case ALIGNED -> {
                    x = exact(level + cost);
                    y = exact(Math.floor(now / period) * period);
                }
                case SLIDING -> {
                    x = exact(level + cost);
                    y = mark;
                }
            }
        }

        private double waitFor(double level, double mark, double now, double cost) {
            return switch (algorithm) {
                case LOG, CALENDAR, CONCURRENT -> throw new AssertionError("not drawn here: " + algorithm);
                case GREEDY -> ticks(Math.ceil(exact(exact(cost * perPermit) - level) / perTick), now);
                case INTERVAL -> rest(Math.ceil(exact(cost - level) / permits), period, exact(now - mark));
                case FIXED, ALIGNED -> reset(level, mark, now);
                case SLIDING -> {
                    double left = exact(perPermit - elapsed(now));
                    double room = exact(exact(capacity - level) - cost);
                    yield ticks(
                            room >= 0
                                    ? exact(left - Math.floor(exact(room * perPermit) / mark))
                                    : exact(exact(left + perPermit)
                                            - Math.floor(exact(exact(capacity - cost) * perPermit) / level)),
                            now);
                }
            };
        }

        private double reset(double level, double mark, double now) {
            return switch (algorithm) {
                case LOG, CALENDAR, CONCURRENT -> throw new AssertionError("not drawn here: " + algorithm);
                case GREEDY -> {
                    double missing = exact(exact(capacity * perPermit) - level);
                    yield missing == 0 ? 0 : ticks(Math.ceil(missing / perTick), now);
                }
                case INTERVAL ->
                    level == capacity
                            ? 0
                            : rest(Math.ceil(exact(capacity - level) / permits), period, exact(now - mark));
                case FIXED, ALIGNED -> level == 0 ? 0 : exact(exact(mark + period) - now);
                case SLIDING -> {
                    double left = exact(perPermit - elapsed(now));
                    yield level > 0 ? ticks(exact(left + perPermit), now) : mark > 0 ? ticks(left, now) : 0;
                }
            };
        }

        private double elapsed(double now) {
            return Math.floor(exact(now - exact(Math.floor(now / period) * period)) / tick);
        }

        private double ticks(double count, double now) {
            return rest(count, tick, exact(now - exact(Math.floor(now / tick) * tick)));
        }

        private static double rest(double count, double step, double elapsed) {
            return count - 1 > Math.floor(Micros.TEN_YEARS / step)
                    ? Micros.TEN_YEARS
                    : Math.min(Micros.TEN_YEARS, exact(exact(count * step) - elapsed));
        }

        private boolean isBucket() {
            return algorithm == Algorithm.GREEDY || algorithm == Algorithm.INTERVAL;
        }
    }

    private static double exact(double number) {
        if (Math.abs(number) > EXACT || number != Math.rint(number)) {
            throw new AssertionError(number + " is not exact");
        }
        return number;
    }

    @Provide
    Arbitrary<Limit> limits() {
        return Histories.limits();
    }

    @Provide
    Arbitrary<Long> starts() {
        return Histories.starts();
    }

    @Provide
    Arbitrary<List<Move>> moves() {
        return Histories.moves();
    }
}
