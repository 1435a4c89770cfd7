package dev.guard.tck;

import dev.guard.domain.Decision;
import dev.guard.domain.Denied;
import dev.guard.domain.Key;
import dev.guard.domain.Micros;
import dev.guard.domain.Outcome;
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
import dev.guard.tck.linearizability.Operation;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Calls and answers of several threads as a table that a person can read. */
final class Ledger {

    private Ledger() {}

    /**
     * A table of calls in the order of their starts.
     *
     * @param remark what to say of a call at the end of its line; empty for nothing
     */
    static String of(List<Operation<Asked, Seen>> history, Function<Operation<Asked, Seen>, String> remark) {
        StringBuilder table = new StringBuilder(String.format(
                "  %6s %6s  %6s  %-50s %s%n", "start", "end", "thread", "call (way of asking)", "answer"));
        long time = Long.MIN_VALUE;
        for (Operation<Asked, Seen> operation : history) {
            Asked asked = operation.call();
            if (asked.time() != time) {
                time = asked.time();
                table.append(String.format("  store time %d us%n", time));
            }
            String line = String.format(
                    Locale.ROOT,
                    "  %6d %6s  %6d  %-50s %s%s",
                    operation.start(),
                    operation.isAnswered() ? operation.end() : "-",
                    operation.thread(),
                    text(asked.operation()) + " (" + asked.form() + ")",
                    text(operation.answer()),
                    remark.apply(operation));
            table.append(line.stripTrailing()).append(System.lineSeparator());
        }
        return table.toString();
    }

    /** The end of a history, of at most so many calls. */
    static String ofTheLast(
            int most, List<Operation<Asked, Seen>> history, Function<Operation<Asked, Seen>, String> remark) {
        int hidden = Math.max(0, history.size() - most);
        return more(hidden, "before") + of(history.subList(hidden, history.size()), remark);
    }

    /** The part of a history, of at most so many calls, that begins a little before a call. */
    static String from(
            Operation<Asked, Seen> first,
            int most,
            List<Operation<Asked, Seen>> history,
            Function<Operation<Asked, Seen>, String> remark) {
        int from = Math.max(0, history.indexOf(first) - most / 6);
        int to = Math.min(history.size(), from + most);
        return more(from, "before") + of(history.subList(from, to), remark) + more(history.size() - to, "after");
    }

    private static String more(int calls, String where) {
        return calls == 0 ? "" : "  … " + calls + " calls " + where + " …" + System.lineSeparator();
    }

    static String text(@Nullable Seen seen) {
        if (seen == null) {
            return "no answer";
        }
        return seen instanceof Seen.Whole whole
                ? text(whole.outcome())
                : ((Seen.YesOrNo) seen).allowed() ? "yes" : "no";
    }

    static String text(Outcome outcome) {
        if (!(outcome instanceof Decision decision)) {
            return outcome.toString().toLowerCase(Locale.ROOT);
        }
        return decision instanceof Denied denied
                ? "denied " + denied.cost() + " (" + denied.reason() + "), " + denied.remaining() + " left"
                : "allowed " + decision.cost() + ", " + decision.remaining() + " left";
    }

    static String text(CounterOperation operation) {
        String version = operation instanceof OfPolicy of && of.policy().version() > 1
                ? " under version " + of.policy().version()
                : "";
        return verb(operation) + version;
    }

    private static String verb(CounterOperation operation) {
        if (operation instanceof Acquire acquire) {
            return "acquire " + acquire.cost() + as(acquire.permitId());
        }
        if (operation instanceof AcquireAtMost acquire) {
            return "acquire at most " + acquire.most() + as(acquire.permitId());
        }
        if (operation instanceof Peek peek) {
            return "peek " + peek.cost();
        }
        if (operation instanceof Reserve reserve) {
            return "reserve " + reserve.cost() + as(reserve.id()) + " for " + Micros.toDuration(reserve.ttl());
        }
        if (operation instanceof Commit commit) {
            return "commit " + commit.actual() + as(commit.id());
        }
        if (operation instanceof Penalize penalize) {
            return "penalize " + penalize.cost();
        }
        if (operation instanceof Cancel cancel) {
            return "cancel" + as(cancel.id());
        }
        if (operation instanceof Refund refund) {
            return "refund " + refund.permit().cost() + as(refund.permit().id());
        }
        if (operation instanceof Release release) {
            return "release" + as(release.permitId());
        }
        if (operation instanceof Extend extend) {
            return "extend" + as(extend.permitId());
        }
        if (operation instanceof Block block) {
            return "block for " + Micros.toDuration(block.duration());
        }
        return operation.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    private static String as(@Nullable String id) {
        return id == null ? "" : " as " + id;
    }

    static String text(Key key) {
        return key.tenant() + "/" + key.policy() + "/" + key.subject();
    }
}
