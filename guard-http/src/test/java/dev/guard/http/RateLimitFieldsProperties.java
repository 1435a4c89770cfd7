package dev.guard.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.domain.Algorithm;
import dev.guard.domain.Decision;
import dev.guard.domain.DecisionSource;
import dev.guard.domain.FailureMode;
import dev.guard.domain.Judgement;
import dev.guard.domain.Limit;
import dev.guard.domain.LimitStatus;
import dev.guard.domain.Micros;
import dev.guard.domain.Policy;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.greenbytes.http.sfv.Item;
import org.greenbytes.http.sfv.ListElement;
import org.greenbytes.http.sfv.Parser;

/** Reads our fields back with a parser that is not ours. */
class RateLimitFieldsProperties {

    private static final DecisionSource SOURCE = DecisionSource.of("memory", FailureMode.LOCAL_ONLY);

    @Property
    @Label("both fields are structured-field lists that say what the decision says, limit by limit")
    void fields_read_back(@ForAll("decisions") Decision decision) {
        List<LimitStatus> enforced =
                decision.limits().stream().filter(LimitStatus::enforced).toList();
        Map<String, Map<String, Long>> policy = parsed(RateLimitFields.policy(decision.policy()));
        Map<String, Map<String, Long>> limits = parsed(RateLimitFields.limits(decision));

        assertThat(policy.keySet())
                .containsExactlyElementsOf(
                        enforced.stream().map(LimitStatus::name).toList());
        assertThat(limits.keySet()).containsExactlyElementsOf(policy.keySet());
        for (LimitStatus limit : enforced) {
            assertThat(policy.get(limit.name())).containsOnlyKeys("q", "w").containsEntry("q", limit.capacity());
            assertThat(policy.get(limit.name()).get("w")).isPositive();
            assertThat(limits.get(limit.name())).containsEntry("r", limit.remaining());
            assertThat(limits.get(limit.name()).get("t")).isEqualTo(seconds(limit.nextAfterMicros()));
        }
    }

    @Property
    @Label(
            "Retry-After is never earlier than the wait, nor than the t of a limit that denied, nor later than a second more")
    void retry_after(@ForAll("decisions") Decision decision) {
        Verdict verdict = Verdict.of(decision);
        String retryAfter = verdict.headers().get("Retry-After");

        if (decision.allowed() || decision.retryAfterMicros() == Micros.NEVER) {
            assertThat(retryAfter).isNull();
            return;
        }
        long micros = Long.parseLong(retryAfter) * 1_000_000;
        assertThat(micros)
                .isGreaterThanOrEqualTo(decision.retryAfterMicros())
                .isLessThan(decision.retryAfterMicros() + 1_000_000);
        for (LimitStatus limit : decision.limits()) {
            if (limit.enforced() && !limit.admits()) {
                assertThat(micros).isGreaterThanOrEqualTo(seconds(limit.nextAfterMicros()) * 1_000_000);
            }
        }
    }

    @Property
    @Label("whatever a policy is called, its fields hold printable ASCII only, and no two names become one")
    void names(@ForAll("names") String one, @ForAll("names") String other) {
        String printable = RateLimitFields.printable(one);

        assertThat(printable.chars()).allMatch(c -> c >= ' ' && c <= '~');
        assertThat(printable.equals(RateLimitFields.printable(other))).isEqualTo(one.equals(other));
    }

    private static Long seconds(long micros) {
        return micros == 0 || micros == Micros.NEVER ? null : Micros.toSecondsRoundedUp(micros);
    }

    private static Map<String, Map<String, Long>> parsed(String field) {
        Map<String, Map<String, Long>> items = new LinkedHashMap<>();
        if (field.isEmpty()) {
            return items;
        }
        for (ListElement<?> element : Parser.parseList(field).get()) {
            assertThat(element).isInstanceOf(Item.class);
            Map<String, Long> parameters = new LinkedHashMap<>();
            element.getParams().forEach((key, value) -> parameters.put(key, (Long) value.get()));
            String printable = (String) element.get();
            // in a name that was written by us, a plus sign means itself
            String name = URLDecoder.decode(printable.replace("+", "%2B"), StandardCharsets.UTF_8);
            assertThat(items.put(name, parameters)).isNull();
        }
        return items;
    }

    @Provide
    Arbitrary<String> names() {
        return Arbitraries.strings()
                .withChars("abc %+\"\\;=,ä€\u0000\u0007\u007f")
                .withChars('\u4e00', '\u4e10')
                .ofMinLength(1)
                .ofMaxLength(12);
    }

    @Provide
    Arbitrary<Decision> decisions() {
        Arbitrary<Long> waits = Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(8, Arbitraries.longs().between(1, Micros.TEN_YEARS)),
                net.jqwik.api.Tuple.of(1, Arbitraries.just(Micros.NEVER)));
        Arbitrary<Limit> limits = Combinators.combine(
                        Arbitraries.longs().between(0, 1_000_000),
                        Arbitraries.of("1ms", "1s", "1500ms", "1m", "1h", "30d"),
                        Arbitraries.of("", " fixed", " interval"),
                        Arbitraries.of(true, false, false))
                .as((permits, period, kind, shadow) -> {
                    Limit limit = Limit.parse(permits + "/" + period + kind);
                    return shadow ? limit.inShadow() : limit;
                });
        return Combinators.combine(
                        names(),
                        limits.list().ofMinSize(1).ofMaxSize(4),
                        waits.list().ofSize(4),
                        Arbitraries.of(true, false))
                .as(RateLimitFieldsProperties::decision);
    }

    private static Decision decision(String name, List<Limit> limits, List<Long> waits, boolean allowed) {
        Policy policy = Policy.of(name, limits.toArray(Limit[]::new));
        List<LimitStatus> statuses = new ArrayList<>();
        boolean denies = false;
        for (int i = 0; i < limits.size(); i++) {
            Limit limit = limits.get(i);
            boolean admits = limit.isShadow() || allowed;
            denies |= !admits;
            long wait = waits.get(i);
            statuses.add(new LimitStatus(
                    policy.limitName(i),
                    Algorithm.GREEDY,
                    limit.capacity(),
                    limit.numbers().period(),
                    admits ? limit.capacity() / 2 : 0,
                    admits ? 0 : wait,
                    1_000_000,
                    wait,
                    admits,
                    !limit.isShadow()));
        }
        return Decision.of(policy, SOURCE, new Judgement(!denies, false, 0, 1, 0), 1, statuses);
    }
}
