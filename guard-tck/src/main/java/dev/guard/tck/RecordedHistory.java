package dev.guard.tck;

import dev.guard.domain.Carry;
import dev.guard.domain.Deadline;
import dev.guard.domain.Decision;
import dev.guard.domain.Denied;
import dev.guard.domain.Key;
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
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * A history with the answers that it got when it was recorded, in a text that people and other languages can read.
 *
 * <p>The model is the reference of every other rule, so that a mistake in the model is one in every backend that runs it, and
 * none of these rules would see it. Recorded answers do: they pin what the contract said when they were recorded, across
 * releases.
 *
 * <p>A history begins with the line {@code history <number>}, followed by its policies, all of one name, and its steps;
 * before some there is a line that begins with {@code #} and says what they are about:
 *
 * <pre>
 * policy 0 | version 1 | carry AS_IS | 5/1m | 2/1s fixed, debt 3, shadow
 * 1772236798123457 acquire s0 policy 0 cost 2 id a -> ALLOWED cost 2 …
 * </pre>
 *
 * <p>A step is the store's time in microseconds since the epoch, the verb, the subject, the verb's arguments, and the answer.
 *
 * @param number the history's number
 * @param policies the policies
 * @param steps the steps, in order
 */
record RecordedHistory(int number, List<Policy> policies, List<Step> steps) {

    private static final String RESOURCE = "recorded-histories.txt";
    private static final String TENANT = "t";
    private static final String POLICY = "p";

    RecordedHistory {
        policies = List.copyOf(policies);
        steps = List.copyOf(steps);
    }

    /**
     * One operation, when it was run, and what it was answered.
     *
     * @param time the store's time, in microseconds since the epoch
     */
    record Step(long time, CounterOperation operation, String answer) {}

    /** All histories that come with the kit. */
    static List<RecordedHistory> all() {
        try (InputStream stream = RecordedHistory.class.getResourceAsStream(RESOURCE);
                BufferedReader reader = new BufferedReader(new InputStreamReader(
                        Objects.requireNonNull(stream, RESOURCE + " is missing"), StandardCharsets.UTF_8))) {
            return parse(reader.lines().toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<RecordedHistory> parse(List<String> lines) {
        List<RecordedHistory> histories = new ArrayList<>();
        for (int i = 0; i < lines.size(); ) {
            if (!lines.get(i).startsWith("history ")) {
                i++;
                continue;
            }
            int number = Integer.parseInt(lines.get(i).substring("history ".length()));
            List<Policy> policies = new ArrayList<>();
            List<Step> steps = new ArrayList<>();
            for (i++; i < lines.size() && !lines.get(i).isEmpty(); i++) {
                String line = lines.get(i);
                if (line.startsWith("policy ")) {
                    policies.add(policy(line));
                } else {
                    steps.add(step(line, policies));
                }
            }
            histories.add(new RecordedHistory(number, policies, steps));
        }
        return histories;
    }

    /** The history in the form that {@link #parse} reads, each line with its end. */
    String text() {
        StringBuilder text = new StringBuilder("history ").append(number).append('\n');
        for (int i = 0; i < policies.size(); i++) {
            text.append(text(i, policies.get(i))).append('\n');
        }
        for (Step step : steps) {
            text.append(text(step)).append('\n');
        }
        return text.toString();
    }

    String text(Step step) {
        return step.time + " " + text(step.operation) + " -> " + step.answer;
    }

    static Key key(String subject) {
        return new Key(TENANT, POLICY, subject);
    }

    static Policy.Builder policyBuilder() {
        return Policy.builder(POLICY);
    }

    /** What an outcome says, but for the backend that says it. */
    static String text(Outcome outcome) {
        if (!(outcome instanceof Decision decision)) {
            return outcome.toString();
        }
        StringBuilder text =
                new StringBuilder(decision instanceof Denied denied ? "DENIED " + denied.reason() : "ALLOWED");
        text.append(" cost ").append(decision.cost());
        text.append(" version ").append(decision.version());
        text.append(" remaining ").append(decision.remaining());
        text.append(" retry ").append(micros(decision.retryAfterMicros()));
        text.append(" reset ").append(micros(decision.resetAfterMicros()));
        text.append(" next ").append(micros(decision.nextAfterMicros()));
        text.append(" bound ").append(decision.limit().map(LimitStatus::name).orElse("none"));
        text.append(decision.shadowDenied() ? " shadow-denied" : "");
        for (LimitStatus limit : decision.limits()) {
            text.append(" | ").append(limit.name());
            text.append(limit.admits() ? " +" : " -").append(limit.enforced() ? "" : "~");
            text.append(' ').append(limit.remaining()).append('/').append(limit.capacity());
            text.append(' ').append(micros(limit.retryAfterMicros()));
            text.append(' ').append(micros(limit.resetAfterMicros()));
            text.append(' ').append(micros(limit.nextAfterMicros()));
        }
        return text.toString();
    }

    private static String micros(long micros) {
        return micros == Micros.NEVER ? "never" : Long.toString(micros);
    }

    private static String text(int index, Policy policy) {
        StringJoiner text = new StringJoiner(" | ");
        text.add("policy " + index).add("version " + policy.version()).add("carry " + policy.carry());
        if (policy.isShadow()) {
            text.add("shadow");
        }
        if (policy.blockOnExcessMicros() > 0) {
            text.add("block " + policy.blockOnExcessMicros());
        }
        for (Limit limit : policy.limits()) {
            boolean ownDebt = limit.maxDebt() != Limit.parse(limit.text()).maxDebt();
            text.add(
                    limit.text() + (ownDebt ? ", debt " + limit.maxDebt() : "") + (limit.isShadow() ? ", shadow" : ""));
        }
        return text.toString();
    }

    private static Policy policy(String line) {
        Policy.Builder policy = policyBuilder();
        for (String part : line.split(" \\| ", -1)) {
            String[] words = part.split(" ", 2);
            switch (words[0]) {
                case "policy" -> {}
                case "version" -> policy.version(Integer.parseInt(words[1]));
                case "carry" -> policy.carry(Carry.valueOf(words[1]));
                case "shadow" -> policy.inShadow();
                case "block" -> policy.blockOnExcess(Duration.of(Long.parseLong(words[1]), ChronoUnit.MICROS));
                default -> policy.limit(limit(part));
            }
        }
        return policy.build();
    }

    private static Limit limit(String text) {
        String[] parts = text.split(", ", -1);
        Limit limit = Limit.parse(parts[0]);
        for (String part : Arrays.asList(parts).subList(1, parts.length)) {
            limit = part.equals("shadow")
                    ? limit.inShadow()
                    : limit.maxDebt(Long.parseLong(part.substring("debt ".length())));
        }
        return limit;
    }

    private String text(CounterOperation operation) {
        StringBuilder text = new StringBuilder(verb(operation));
        text.append(' ').append(operation.key().subject());
        if (operation instanceof OfPolicy ofPolicy) {
            text.append(" policy ").append(policies.indexOf(ofPolicy.policy()));
        }
        if (operation instanceof Acquire acquire) {
            text.append(" cost ").append(acquire.cost()).append(id(acquire.permitId()));
        } else if (operation instanceof AcquireAtMost acquire) {
            text.append(" cost ").append(acquire.most()).append(id(acquire.permitId()));
        } else if (operation instanceof Peek peek) {
            text.append(" cost ").append(peek.cost());
        } else if (operation instanceof Reserve reserve) {
            text.append(" cost ").append(reserve.cost()).append(id(reserve.id()));
            text.append(" ttl ").append(reserve.ttl());
        } else if (operation instanceof Commit commit) {
            text.append(id(commit.id())).append(" actual ").append(commit.actual());
        } else if (operation instanceof Penalize penalize) {
            text.append(" cost ").append(penalize.cost());
        } else if (operation instanceof Cancel cancel) {
            text.append(id(cancel.id()));
        } else if (operation instanceof Refund refund) {
            Permit permit = refund.permit();
            text.append(" cost ").append(permit.cost()).append(id(permit.id()));
            text.append(" version ").append(permit.version()).append(" time ").append(permit.time());
        } else if (operation instanceof Release release) {
            text.append(id(release.permitId()));
        } else if (operation instanceof Extend extend) {
            text.append(id(extend.permitId()));
        } else if (operation instanceof Block block) {
            text.append(" duration ").append(block.duration());
        }
        return text.toString();
    }

    private static String id(@Nullable String id) {
        return id == null ? "" : " id " + id;
    }

    private static String verb(CounterOperation operation) {
        return operation.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    private static Step step(String line, List<Policy> policies) {
        int arrow = line.indexOf(" -> ");
        Words words = new Words(List.of(line.substring(0, arrow).split(" ", -1)));
        return new Step(words.number(0), operation(words, policies), line.substring(arrow + 4));
    }

    private static CounterOperation operation(Words words, List<Policy> policies) {
        Key key = key(words.at(2));
        return switch (words.at(1)) {
            case "acquire" ->
                new Acquire(key, words.policy(policies), words.number("cost"), words.textOrNull("id"), Deadline.NONE);
            case "acquireatmost" ->
                new AcquireAtMost(
                        key, words.policy(policies), words.number("cost"), words.textOrNull("id"), Deadline.NONE);
            case "peek" -> new Peek(key, words.policy(policies), words.number("cost"), Deadline.NONE);
            case "reserve" ->
                new Reserve(
                        key,
                        words.policy(policies),
                        words.number("cost"),
                        words.text("id"),
                        words.number("ttl"),
                        Deadline.NONE);
            case "commit" ->
                new Commit(key, words.policy(policies), words.text("id"), words.number("actual"), Deadline.NONE);
            case "penalize" -> new Penalize(key, words.policy(policies), words.number("cost"), Deadline.NONE);
            case "cancel" -> new Cancel(key, words.text("id"), Deadline.NONE);
            case "refund" -> {
                int version = (int) words.number("version");
                Permit permit = new Permit(words.text("id"), words.number("cost"), version, words.number("time"));
                yield new Refund(key, permit, Deadline.NONE);
            }
            case "release" -> new Release(key, words.text("id"), Deadline.NONE);
            case "extend" -> new Extend(key, words.text("id"), Deadline.NONE);
            case "block" -> new Block(key, words.number("duration"), Deadline.NONE);
            case "unblock" -> new Unblock(key, Deadline.NONE);
            case "reset" -> new Reset(key, Deadline.NONE);
            default -> throw new IllegalArgumentException("'" + words.at(1) + "' is no verb of a recorded history");
        };
    }

    /** The words of a line: those in fixed places, and those that follow a name. */
    private record Words(List<String> words) {

        String at(int index) {
            return words.get(index);
        }

        long number(int index) {
            return Long.parseLong(words.get(index));
        }

        long number(String name) {
            return Long.parseLong(text(name));
        }

        String text(String name) {
            return Objects.requireNonNull(textOrNull(name), name);
        }

        @Nullable
        String textOrNull(String name) {
            int index = words.subList(3, words.size()).indexOf(name);
            return index < 0 ? null : words.get(3 + index + 1);
        }

        Policy policy(List<Policy> policies) {
            return policies.get((int) number("policy"));
        }
    }
}
