package dev.guard.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.domain.Decision;
import dev.guard.domain.Effect;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

@Label("S17 A memo of denials, against the bare store,")
class DenialMemoProperties {

    private static final List<String> LIMITS = List.of(
            "5/1s", "5/1s burst 3", "5/1s interval", "5/1s fixed", "5/1s fixed aligned", "5/1s sliding", "5/1s log");

    /** Denied from memory like a call for one permit, where a store may tell of what there would be but for a block. */
    private static final int AT_MOST = 1;

    private static Policy policy(Random random) {
        Policy.Builder policy = Policy.builder("api");
        for (int i = 0; i <= random.nextInt(2); i++) {
            policy.limit(Limit.parse(LIMITS.get(random.nextInt(LIMITS.size()))).named("limit " + i));
        }
        if (random.nextInt(4) == 0) {
            policy.blockOnExcess(Duration.ofMillis(1 + random.nextInt(2_000)));
        }
        return policy.build();
    }

    @Property
    @Label("decides as that does, where nobody else touches the key")
    void decidesAlike(@ForAll long seed, @ForAll @IntRange(min = 1, max = 3_000_000) int lifeMicros) {
        Random random = new Random(seed);
        ManualTime time = new ManualTime();
        Policy policy = policy(random);
        Guard memo = Guard.builder()
                .backend(new TestBackend("test", true, time))
                .time(time)
                .directCompletion()
                .denyMemo(Duration.ofNanos(lifeMicros * 1_000L))
                .build();
        Guard bare = Guard.builder()
                .backend(new TestBackend("test", true, time))
                .time(time)
                .directCompletion()
                .build();
        Form[] forms = Form.values();
        for (int i = 0; i < 60; i++) {
            time.advance(Duration.ofNanos(1_000L * (random.nextInt(4) == 0 ? 0 : random.nextInt(600_000))));
            Form form = forms[random.nextInt(forms.length)];
            String subject = random.nextBoolean() ? "alice" : "bob";
            long cost = 1 + random.nextInt(3);
            int verb = random.nextInt(14);
            List<Object> answers = new ArrayList<>();
            for (Guard guard : List.of(memo, bare)) {
                answers.add(answer(form.of(guard.limiter(policy)), verb, subject, cost));
            }
            if (answers.get(1) instanceof Decision told && answers.get(0) instanceof Decision answered) {
                assertThat(answered.allowed()).isEqualTo(told.allowed());
                assertThat(answered.retryAfterMicros())
                        .as("a wait that was known, and never a longer one")
                        .isLessThanOrEqualTo(told.retryAfterMicros());
                assertThat(answered.retryAfterMicros() == 0).isEqualTo(told.allowed());
                if (verb != AT_MOST) {
                    assertThat(answered.cost()).isEqualTo(told.cost());
                }
            } else {
                assertThat(answers.get(0)).isEqualTo(answers.get(1));
            }
        }
    }

    private static Object answer(Form.Verbs verbs, int verb, String subject, long cost) {
        return switch (verb) {
            case 0 -> verbs.peek(subject, cost);
            case AT_MOST -> verbs.acquireAtMost(subject, cost);
            case 2 -> verbs.reset(subject);
            case 3 -> verbs.penalize(subject, cost);
            case 4 -> verbs.block(subject, Duration.ofMillis(cost * 100));
            case 5 -> verbs.unblock(subject);
            case 6 ->
                verbs.tryAcquirePermit(subject, cost)
                        .map(held -> cost == 2 ? Effect.NOTHING : held.refund())
                        .isPresent();
            case 7 ->
                verbs.tryReserve(subject, cost, Duration.ofHours(1))
                        .map(reserved -> reserved.commit(cost / 2))
                        .isPresent();
            default -> verbs.tryAcquire(subject, cost);
        };
    }

    @Property
    @Label("is behind by no more than its life, whatever others do to the key")
    void boundedStaleness(@ForAll long seed, @ForAll @IntRange(min = 1, max = 1_000_000) int lifeMicros) {
        Random random = new Random(seed);
        ManualTime time = new ManualTime();
        Policy policy = policy(random);
        TestBackend shared = new TestBackend("test", true, time);
        Guard memo = Guard.builder()
                .backend(shared)
                .time(time)
                .denyMemo(Duration.ofNanos(lifeMicros * 1_000L))
                .build();
        Guard others = Guard.builder().backend(shared).time(time).build();
        for (int i = 0; i < 30; i++) {
            memo.limiter(policy).acquireAtMost("alice", 5);
            memo.limiter(policy).tryAcquire("alice", 1 + random.nextInt(3));
            time.advance(Duration.ofNanos(1_000L * random.nextInt(lifeMicros)));
            others.limiter(policy).reset("alice");
            int asked = shared.asked();
            Decision early = memo.limiter(policy).tryAcquire("alice", 3);
            assertThat(early.allowed()).isEqualTo(shared.asked() > asked);
            time.advance(Duration.ofNanos(1_000L * lifeMicros));
            others.limiter(policy).reset("alice");
            assertThat(memo.limiter(policy).tryAcquire("alice", 3).allowed()).isTrue();
        }
    }
}
