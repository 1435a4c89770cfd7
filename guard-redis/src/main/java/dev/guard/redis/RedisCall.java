package dev.guard.redis;

import dev.guard.domain.CalendarPeriod;
import dev.guard.domain.Deadline;
import dev.guard.domain.Micros;
import dev.guard.domain.counter.CounterOperation;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.AcquireAtMost;
import dev.guard.domain.counter.CounterOperation.Block;
import dev.guard.domain.counter.CounterOperation.Cancel;
import dev.guard.domain.counter.CounterOperation.Commit;
import dev.guard.domain.counter.CounterOperation.Extend;
import dev.guard.domain.counter.CounterOperation.OfPolicy;
import dev.guard.domain.counter.CounterOperation.Peek;
import dev.guard.domain.counter.CounterOperation.Penalize;
import dev.guard.domain.counter.CounterOperation.Refund;
import dev.guard.domain.counter.CounterOperation.Release;
import dev.guard.domain.counter.CounterOperation.Reserve;
import dev.guard.domain.counter.CounterOperation.Reset;
import dev.guard.domain.counter.CounterOperation.Unblock;
import dev.guard.domain.counter.LimitSlot;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is asked of one key: operations that one script judges, as one command. {@code opening.lua} says what scripts are told. */
final class RedisCall {

    /** The bytes of an operation without an id. */
    private static final int OPERATION = 3 + 4 * Double.BYTES;

    private static final byte[] EVALSHA = "EVALSHA".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EVAL = "EVAL".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ONE_KEY = "1".getBytes(StandardCharsets.US_ASCII);

    private final KeyLayout.Written written;
    private final List<? extends CounterOperation> operations;
    private final List<PolicyBytes> policies;
    private final RedisScript script;
    private final Deadline deadline;

    /**
     * Makes one.
     *
     * @param operations at least one, all on the same key
     * @param policies those of the operations, each once
     */
    RedisCall(KeyLayout.Written written, List<? extends CounterOperation> operations, List<PolicyBytes> policies) {
        this.written = written;
        this.operations = operations;
        this.policies = policies;
        this.script = script(operations, policies);
        Deadline latest = operations.get(0).deadline();
        for (int i = 1; i < operations.size(); i++) {
            latest = latest.orLater(operations.get(i).deadline());
        }
        this.deadline = latest;
    }

    /** The script that is written out for a call of one operation, else the model's. */
    private static RedisScript script(List<? extends CounterOperation> operations, List<PolicyBytes> policies) {
        if (operations.size() == 1 && policies.size() == 1) {
            CounterOperation operation = operations.get(0);
            RedisScript plain = policies.get(0).plainScript();
            if (plain != null
                    && (operation instanceof Acquire
                            || operation instanceof Peek
                            || operation instanceof AcquireAtMost)) {
                return plain;
            }
        }
        return RedisScript.MODEL;
    }

    byte[] key() {
        return written.key();
    }

    /** The latest deadline of the operations: until then somebody wants an answer. */
    Deadline deadline() {
        return deadline;
    }

    List<? extends CounterOperation> operations() {
        return operations;
    }

    /** The policy of an operation; null where it has none. */
    @Nullable
    PolicyBytes policyOf(CounterOperation operation) {
        int number = number(operation);
        return number == 0 ? null : policies.get(number - 1);
    }

    /** The number of an operation's policy, from 1; 0 where it has none. */
    private int number(CounterOperation operation) {
        if (!(operation instanceof OfPolicy call)) {
            return 0;
        }
        int number = 1;
        while (number < policies.size()
                && !policies.get(number - 1).compiled().policy().equals(call.policy())) {
            number++;
        }
        return number;
    }

    // ─── The command ────────────────────────────────────────────────────────────────────────────

    /** The command, with the windows of calendars around this machine's time; a server that thinks otherwise says so. */
    byte[][] command(StoreClock clock) {
        List<CalendarPeriod> calendars = calendars();
        return command(
                clock,
                calendars,
                calendars.isEmpty()
                        ? List.of()
                        : List.of(clock.injectedTime().orElseGet(() -> Micros.of(Instant.now()))));
    }

    /** The command with all windows that can be wanted, after one of them was missing. */
    byte[][] command(StoreClock clock, RedisReplies.WindowMissing missing) {
        List<CalendarPeriod> calendars = new ArrayList<>(calendars());
        for (LimitSlot slot : missing.state().slots()) {
            CalendarPeriod calendar = slot.numbers().calendar();
            if (calendar != null && !calendars.contains(calendar)) {
                calendars.add(calendar);
            }
        }
        List<Long> times = new ArrayList<>();
        times.add(clock.injectedTime().orElseGet(() -> Micros.of(Instant.now())));
        times.add(missing.moment());
        // Permits may come back from a window each; one that is further away than a state lives finds nothing to return
        // to.
        for (CounterOperation operation : operations) {
            if (operation instanceof Refund refund
                    && isWithinALife(refund.permit().time(), missing.moment())) {
                times.add(refund.permit().time());
            }
        }
        return command(clock, calendars, times);
    }

    private static boolean isWithinALife(long time, long moment) {
        return time > moment - 2 * Micros.TEN_YEARS && time < moment + 2 * Micros.TEN_YEARS;
    }

    /** The same command with the text of its script, for a server that does not know it. */
    byte[][] withText(byte[][] command) {
        byte[][] other = command.clone();
        other[0] = EVAL;
        other[1] = script.text();
        return other;
    }

    private byte[][] command(StoreClock clock, List<CalendarPeriod> calendars, List<Long> times) {
        boolean hasContext = written.suffix().length > 0
                || !calendars.isEmpty()
                || clock.injectedTime().isPresent();
        byte[][] command = new byte[hasContext ? 7 : 6][];
        command[0] = EVALSHA;
        command[1] = script.sha();
        command[2] = ONE_KEY;
        command[3] = written.key();
        command[4] = operations(clock);
        command[5] = policies();
        if (hasContext) {
            command[6] = context(clock, calendars, times);
        }
        return command;
    }

    private byte[] policies() {
        boolean showsSubject = written.suffix().length > 0;
        if (policies.size() == 1) {
            return policies.get(0).argument(showsSubject);
        }
        ByteWriter out = new ByteWriter(64 * policies.size());
        for (PolicyBytes policy : policies) {
            out.bytes(policy.argument(showsSubject));
        }
        return out.toBytes();
    }

    private byte[] context(StoreClock clock, List<CalendarPeriod> calendars, List<Long> times) {
        ByteWriter out = new ByteWriter(64 + 64 * calendars.size() * times.size());
        clock.injectedTime().ifPresentOrElse(now -> out.octet(Double.BYTES).number(now), () -> out.octet(0));
        byte[] suffix = written.suffix();
        out.pair(suffix.length >>> 16).pair(suffix.length).bytes(suffix);
        for (CalendarPeriod calendar : calendars) {
            byte[] name = PolicyBytes.name(calendar);
            for (long time : times) {
                long start = calendar.start(time);
                long end = calendar.end(time);
                out.text(name)
                        .number(calendar.start(start - 1))
                        .number(start)
                        .number(end)
                        .number(calendar.end(end));
            }
        }
        return out.toBytes();
    }

    private List<CalendarPeriod> calendars() {
        if (policies.size() == 1) {
            return policies.get(0).calendars();
        }
        return policies.stream()
                .flatMap(policy -> policy.calendars().stream())
                .distinct()
                .toList();
    }

    private byte[] operations(StoreClock clock) {
        ByteWriter out = new ByteWriter(OPERATION * operations.size());
        for (CounterOperation operation : operations) {
            write(out, operation, number(operation), clock.ofServer(operation.deadline()));
        }
        return out.toBytes();
    }

    private static void write(ByteWriter out, CounterOperation operation, int policy, long deadline) {
        if (operation instanceof Acquire acquire) {
            write(out, 1, policy, acquire.cost(), 0, 0, deadline, acquire.permitId());
        } else if (operation instanceof Peek peek) {
            write(out, 2, policy, peek.cost(), 0, 0, deadline, null);
        } else if (operation instanceof AcquireAtMost acquire) {
            write(out, 3, policy, acquire.most(), 0, 0, deadline, acquire.permitId());
        } else if (operation instanceof Reserve reserve) {
            write(out, 4, policy, reserve.cost(), reserve.ttl(), 0, deadline, reserve.id());
        } else if (operation instanceof Commit commit) {
            write(out, 5, policy, commit.actual(), 0, 0, deadline, commit.id());
        } else if (operation instanceof Penalize penalize) {
            write(out, 6, policy, penalize.cost(), 0, 0, deadline, null);
        } else if (operation instanceof Cancel cancel) {
            write(out, 7, policy, 0, 0, 0, deadline, cancel.id());
        } else if (operation instanceof Refund refund) {
            write(
                    out,
                    8,
                    policy,
                    refund.permit().cost(),
                    refund.permit().version(),
                    refund.permit().time(),
                    deadline,
                    refund.permit().id());
        } else if (operation instanceof Release release) {
            write(out, 9, policy, 0, 0, 0, deadline, release.permitId());
        } else if (operation instanceof Extend extend) {
            write(out, 10, policy, 0, 0, 0, deadline, extend.permitId());
        } else if (operation instanceof Block block) {
            write(out, 11, policy, block.duration(), 0, 0, deadline, null);
        } else if (operation instanceof Unblock) {
            write(out, 12, policy, 0, 0, 0, deadline, null);
        } else if (operation instanceof Reset) {
            write(out, 13, policy, 0, 0, 0, deadline, null);
        } else {
            throw new AssertionError("an operation of no known kind: " + operation);
        }
    }

    private static void write(
            ByteWriter out, int code, int policy, long a, long b, long c, long deadline, @Nullable String id) {
        out.octet(code)
                .octet(policy)
                .number(deadline)
                .number(Math.min(a, RedisReplies.LARGEST))
                .number(b)
                .number(c);
        if (id == null) {
            out.octet(0);
        } else {
            out.text(id.getBytes(StandardCharsets.US_ASCII));
        }
    }
}
