package dev.guard.tck;

import dev.guard.domain.Algorithm;
import dev.guard.domain.Decision;
import dev.guard.domain.Denied;
import dev.guard.domain.Key;
import dev.guard.domain.Late;
import dev.guard.domain.Limit;
import dev.guard.domain.LimitStatus;
import dev.guard.domain.Micros;
import dev.guard.domain.Outcome;
import dev.guard.domain.Permit;
import dev.guard.domain.Policy;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Calls and answers in words, and what is different between two answers. Which backend decided makes no difference. */
final class Answers {

    private Answers() {}

    static String text(CounterOperation operation) {
        String on = " on " + text(operation.key());
        String text;
        if (operation instanceof Acquire acquire) {
            text = "acquire " + acquire.cost() + on + id(acquire.permitId());
        } else if (operation instanceof AcquireAtMost acquire) {
            text = "acquire at most " + acquire.most() + on + id(acquire.permitId());
        } else if (operation instanceof Peek peek) {
            text = "peek " + peek.cost() + on;
        } else if (operation instanceof Reserve reserve) {
            text = "reserve " + reserve.cost() + on + id(reserve.id()) + " for " + micros(reserve.ttl());
        } else if (operation instanceof Commit commit) {
            text = "commit " + commit.actual() + on + id(commit.id());
        } else if (operation instanceof Penalize penalize) {
            text = "penalize " + penalize.cost() + on;
        } else if (operation instanceof Cancel cancel) {
            text = "cancel" + on + id(cancel.id());
        } else if (operation instanceof Refund refund) {
            Permit permit = refund.permit();
            text = "refund " + permit.cost() + on + id(permit.id()) + " of version " + permit.version();
        } else if (operation instanceof Release release) {
            text = "release" + on + id(release.permitId());
        } else if (operation instanceof Extend extend) {
            text = "extend" + on + id(extend.permitId());
        } else if (operation instanceof Block block) {
            text = "block" + on + " for " + micros(block.duration());
        } else if (operation instanceof Unblock) {
            text = "unblock" + on;
        } else if (operation instanceof Reset) {
            text = "reset" + on;
        } else {
            text = operation.toString();
        }
        String version = operation instanceof OfPolicy of && of.policy().version() != 1
                ? " under version " + of.policy().version()
                : "";
        return text + version + (isPast(operation) ? " after its deadline" : "");
    }

    private static boolean isPast(CounterOperation operation) {
        return !operation.deadline().isNone() && operation.deadline().remaining(System.nanoTime()) < 0;
    }

    private static String id(@Nullable String id) {
        return id == null ? "" : " as " + id;
    }

    /** A key as tenant/policy/subject; what is not printable is told by its number, what is long is cut. */
    static String text(Key key) {
        return printable(key.tenant()) + "/" + printable(key.policy()) + "/" + printable(key.subject());
    }

    private static String printable(String text) {
        StringBuilder printable = new StringBuilder();
        for (int i = 0; i < Math.min(text.length(), 40); i++) {
            char c = text.charAt(i);
            printable.append(c > ' ' && c < 127 ? String.valueOf(c) : String.format("<%04x>", (int) c));
        }
        return text.length() > 40 ? printable + "… (" + text.length() + " characters)" : printable.toString();
    }

    /** A policy with all that decides about its answers. */
    static String text(Policy policy) {
        StringBuilder text = new StringBuilder(policy.toString());
        for (int i = 0; i < policy.limits().size(); i++) {
            Limit limit = policy.limits().get(i);
            if (limit.algorithm() != Algorithm.CONCURRENT && limit.maxDebt() != limit.capacity()) {
                text.append(", largest debt of ")
                        .append(policy.limitName(i))
                        .append(' ')
                        .append(limit.maxDebt());
            }
        }
        return text.append(policy.version() == 1 ? "" : ", carry " + policy.carry())
                .toString();
    }

    static String text(Outcome outcome) {
        if (outcome instanceof Decision decision) {
            return (decision instanceof Denied denied ? "denied for " + denied.reason() : "allowed")
                    + ", cost " + decision.cost()
                    + ", remaining " + decision.remaining()
                    + (decision.allowed() ? "" : ", retry after " + micros(decision.retryAfterMicros()))
                    + ", reset after " + micros(decision.resetAfterMicros());
        }
        if (outcome instanceof Late) {
            return "late";
        }
        return String.valueOf(outcome);
    }

    static String micros(long micros) {
        return micros == Micros.NEVER ? "never" : micros + " us";
    }

    /** What differs, in words, one entry for each number; empty where the answers are the same. */
    static List<String> differences(Outcome expected, Outcome actual) {
        Differences differences = new Differences();
        if (expected instanceof Decision wanted && actual instanceof Decision found) {
            decisions(differences, wanted, found);
        } else if (expected instanceof Late || actual instanceof Late) {
            differences.compare("the answer", kind(expected), kind(actual));
        } else {
            differences.compare("the answer", text(expected), text(actual));
        }
        return differences.found;
    }

    private static String kind(Outcome outcome) {
        return outcome instanceof Late ? "late" : text(outcome);
    }

    private static void decisions(Differences differences, Decision expected, Decision actual) {
        differences.compare(
                "the answer", expected.allowed() ? "allowed" : "denied", actual.allowed() ? "allowed" : "denied");
        differences.compare("the reason", reason(expected), reason(actual));
        differences.compare("the policy", expected.policy(), actual.policy());
        differences.compare("the cost", expected.cost(), actual.cost());
        differences.compare("remaining", expected.remaining(), actual.remaining());
        differences.compare("retryAfter", micros(expected.retryAfterMicros()), micros(actual.retryAfterMicros()));
        differences.compare("resetAfter", micros(expected.resetAfterMicros()), micros(actual.resetAfterMicros()));
        differences.compare("nextAfter", micros(expected.nextAfterMicros()), micros(actual.nextAfterMicros()));
        differences.compare("shadowDenied", expected.shadowDenied(), actual.shadowDenied());
        differences.compare("the capacity", expected.capacity(), actual.capacity());
        differences.compare("the bound limit", bound(expected), bound(actual));
        if (!"CAPACITY".equals(reason(expected))) {
            differences.compare("the version", expected.version(), actual.version());
            differences.compare("the time", expected.timeMicros(), actual.timeMicros());
        }
        differences.compare(
                "the number of limits",
                expected.limits().size(),
                actual.limits().size());
        for (int i = 0; i < Math.min(expected.limits().size(), actual.limits().size()); i++) {
            limits(differences, expected.limits().get(i), actual.limits().get(i));
        }
    }

    private static void limits(Differences differences, LimitStatus expected, LimitStatus actual) {
        String of = " of limit " + expected.name();
        differences.compare("the name" + of, expected.name(), actual.name());
        differences.compare("the algorithm" + of, expected.algorithm(), actual.algorithm());
        differences.compare("the capacity" + of, expected.capacity(), actual.capacity());
        differences.compare("the window" + of, expected.windowMicros(), actual.windowMicros());
        differences.compare("remaining" + of, expected.remaining(), actual.remaining());
        differences.compare("retryAfter" + of, micros(expected.retryAfterMicros()), micros(actual.retryAfterMicros()));
        differences.compare("resetAfter" + of, micros(expected.resetAfterMicros()), micros(actual.resetAfterMicros()));
        differences.compare("nextAfter" + of, micros(expected.nextAfterMicros()), micros(actual.nextAfterMicros()));
        differences.compare("admits" + of, expected.admits(), actual.admits());
        differences.compare("enforced" + of, expected.enforced(), actual.enforced());
    }

    private static String reason(Decision decision) {
        return decision instanceof Denied denied ? denied.reason().toString() : "none";
    }

    private static String bound(Decision decision) {
        return decision.limit().map(LimitStatus::name).orElse("none");
    }

    private static final class Differences {
        private final List<String> found = new ArrayList<>();

        void compare(String what, @Nullable Object expected, @Nullable Object actual) {
            if (!Objects.equals(expected, actual)) {
                found.add(what + " is " + actual + ", expected " + expected);
            }
        }
    }
}
