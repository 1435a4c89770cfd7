package dev.guard.domain.counter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.guard.domain.Carry;
import dev.guard.domain.Decision;
import dev.guard.domain.Limit;
import dev.guard.domain.LimitStatus;
import dev.guard.domain.Micros;
import dev.guard.domain.Policy;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Versions of a policy:")
class VersionsTest {

    private static final long SECOND = 1_000_000;
    private static final long START = 1_767_225_600L * SECOND;

    private final ModelKey key = new ModelKey();

    private static Policy version(int version, Carry carry, String... limits) {
        Policy.Builder builder = Policy.builder("api").version(version).carry(carry);
        for (String limit : limits) {
            builder.limit(
                    limit.startsWith("~") ? Limit.parse(limit.substring(1)).inShadow() : Limit.parse(limit));
        }
        return builder.build();
    }

    @ParameterizedTest(name = "S11 {3} of {2} left: {0} becomes {1}, and {4} are left")
    @CsvSource({
        // The capacity grows from 10 to 40, with 4 used.
        "10/1m, 40/1m, 6, AS_IS, 6",
        "10/1m, 40/1m, 6, ADDITIVE, 36",
        "10/1m, 40/1m, 6, PROPORTIONAL, 24",
        "10/1m, 40/1m, 6, RESET, 40",
        // It shrinks from 10 to 4: what is left is cut, made smaller by 6, or scaled and rounded down.
        "10/1m, 4/1m, 6, AS_IS, 4",
        "10/1m, 4/1m, 6, ADDITIVE, 0",
        "10/1m, 4/1m, 6, PROPORTIONAL, 2",
        "10/1m, 4/1m, 6, RESET, 4",
        "10/1m, 4/1m, 9, PROPORTIONAL, 3",
        "10/1m, 4/1m, 1, PROPORTIONAL, 0",
        // Less than nothing is left: a debt of three, which shows as none left.
        "10/1m, 4/1m, 3, ADDITIVE, 0",
        // The same for every other algorithm.
        "10/1m interval, 40/1m interval, 6, AS_IS, 6",
        "10/1m interval, 40/1m interval, 6, ADDITIVE, 36",
        "10/1m interval, 40/1m interval, 6, PROPORTIONAL, 24",
        "10/1m interval, 40/1m interval, 6, RESET, 40",
        "10/1m interval, 4/1m interval, 6, AS_IS, 4",
        "10/1m interval, 4/1m interval, 6, ADDITIVE, 0",
        "10/1m interval, 4/1m interval, 6, PROPORTIONAL, 2",
        "10/1m fixed, 40/1m fixed, 6, AS_IS, 6",
        "10/1m fixed, 40/1m fixed, 6, ADDITIVE, 36",
        "10/1m fixed, 40/1m fixed, 6, PROPORTIONAL, 24",
        "10/1m fixed, 40/1m fixed, 6, RESET, 40",
        "10/1m fixed, 4/1m fixed, 6, AS_IS, 4",
        "10/1m fixed, 4/1m fixed, 6, ADDITIVE, 0",
        "10/1m fixed, 4/1m fixed, 6, PROPORTIONAL, 2",
        "10/1m fixed aligned, 40/1m fixed aligned, 6, AS_IS, 6",
        "10/1m fixed aligned, 40/1m fixed aligned, 6, ADDITIVE, 36",
        "10/1m fixed aligned, 40/1m fixed aligned, 6, PROPORTIONAL, 24",
        "10/1m fixed aligned, 40/1m fixed aligned, 6, RESET, 40",
        "10/1m fixed aligned, 4/1m fixed aligned, 6, AS_IS, 4",
        "10/1m sliding, 40/1m sliding, 6, AS_IS, 6",
        "10/1m sliding, 40/1m sliding, 6, ADDITIVE, 36",
        "10/1m sliding, 40/1m sliding, 6, PROPORTIONAL, 24",
        "10/1m sliding, 40/1m sliding, 6, RESET, 40",
        "10/1m sliding, 4/1m sliding, 6, AS_IS, 4",
        "10/1m sliding, 4/1m sliding, 6, PROPORTIONAL, 2",
        "10/month, 40/month, 6, AS_IS, 6",
        "10/month, 40/month, 6, ADDITIVE, 36",
        "10/month, 4/month, 6, PROPORTIONAL, 2",
        "10/month, 40/month, 6, RESET, 40",
        "10/month, 40/day, 6, AS_IS, 40",
        "10/month@Europe/Berlin, 40/month@Asia/Tokyo, 6, AS_IS, 40",
        // Another algorithm starts afresh, in every mode.
        "10/1m, 40/1m fixed, 6, AS_IS, 40",
        "10/1m, 40/1m fixed, 6, PROPORTIONAL, 40",
        "10/1m fixed, 40/1m fixed aligned, 6, ADDITIVE, 40",
        "10/1m interval, 40/1m, 6, AS_IS, 40",
        // A sliding window of another length starts afresh as well.
        "10/1m sliding, 40/2m sliding, 6, AS_IS, 40",
        // The same numbers keep the state as it is, except when it is reset.
        "10/1m, 10/1m, 6, ADDITIVE, 6",
        "10/1m, 10/1m, 6, RESET, 10",
    })
    void table(String from, String to, long left, Carry carry, long expected) {
        key.acquire(version(1, Carry.AS_IS, from), 10 - left, START);

        assertThat(key.peek(version(2, carry, to), 1, START).remaining()).isEqualTo(expected);
    }

    @Test
    @DisplayName("S11 what ADDITIVE leaves below zero is a debt, of one capacity at most")
    void additiveLeavesADebt() {
        key.acquire(version(1, Carry.AS_IS, "10/10s"), 9, START);

        Decision decision = key.peek(version(2, Carry.ADDITIVE, "4/10s"), 1, START);

        // 1 − 6 is five below zero, and the debt stops at four. A permit returns every 2.5 s: five of them until one is
        // there, and eight until full.
        assertThat(decision.allowed()).isFalse();
        assertThat(decision.remaining()).isZero();
        assertThat(decision.retryAfterMicros()).isEqualTo(12_500_000);
        assertThat(decision.resetAfterMicros()).isEqualTo(20 * SECOND);
    }

    @Test
    @DisplayName("S11 PROPORTIONAL rounds a debt down as well, away from what is there")
    void proportionalRoundsADebtDown() {
        key.acquire(version(1, Carry.AS_IS, "10/10s"), 9, START);
        key.acquire(version(2, Carry.ADDITIVE, "5/10s"), 1, START);

        Decision decision = key.peek(version(3, Carry.PROPORTIONAL, "7/10s"), 1, START);

        // Four below zero of 5 are 5.6 of 7, hence six: seven permits are to come, which is ten seconds.
        assertThat(decision.retryAfterMicros()).isEqualTo(10 * SECOND);
    }

    @Test
    @DisplayName("S11 a fixed window keeps its start, and takes the new length from there")
    void aFixedWindowKeepsItsStart() {
        key.acquire(version(1, Carry.AS_IS, "10/1m fixed"), 4, START);

        Decision longer = key.peek(version(2, Carry.AS_IS, "10/1h fixed"), 1, START + 30 * SECOND);
        assertThat(longer.resetAfterMicros()).isEqualTo(3570 * SECOND);
        Decision shorter = key.peek(version(2, Carry.AS_IS, "10/40s fixed"), 1, START + 30 * SECOND);
        assertThat(shorter.resetAfterMicros()).isEqualTo(10 * SECOND);
        Decision over = key.peek(version(2, Carry.AS_IS, "10/20s fixed"), 1, START + 30 * SECOND);
        assertThat(over.remaining()).isEqualTo(10);
        assertThat(over.resetAfterMicros()).isZero();
    }

    @Test
    @DisplayName(
            "S11 an interval bucket keeps the beat of its anchor, and what the new period would have returned is not made up for")
    void anIntervalKeepsItsAnchor() {
        key.acquire(version(1, Carry.AS_IS, "10/1m interval"), 9, START);

        Decision longer = key.acquire(version(2, Carry.AS_IS, "8/2m interval"), 1, START + 30 * SECOND);
        assertThat(longer.remaining()).isZero();
        assertThat(longer.nextAfterMicros()).isEqualTo(90 * SECOND);
        Decision shorter = key.peek(version(3, Carry.ADDITIVE, "4/20s interval burst 10"), 2, START + 30 * SECOND);
        assertThat(shorter.remaining()).isEqualTo(2);
        assertThat(shorter.nextAfterMicros()).isEqualTo(10 * SECOND);
    }

    @Test
    @DisplayName("S11 a beat that is no multiple of the new period since the epoch is kept all the same")
    void anIntervalKeepsAnOddAnchor() {
        key.acquire(version(1, Carry.AS_IS, "10/1m interval"), 9, START + 7 * SECOND);

        Decision shorter = key.peek(version(2, Carry.AS_IS, "8/20s interval"), 1, START + 57 * SECOND);

        // Fifty seconds after the anchor the third beat of 20 s is under way.
        assertThat(shorter.nextAfterMicros()).isEqualTo(10 * SECOND);
    }

    @Test
    @DisplayName("S11 an interval bucket that a conversion fills is full, and forgets its anchor")
    void anIntervalThatIsFilledForgetsItsAnchor() {
        key.acquire(version(1, Carry.AS_IS, "10/1m interval"), 1, START);

        Decision decision = key.acquire(version(2, Carry.AS_IS, "5/1m interval"), 1, START + 30 * SECOND);

        assertThat(decision.remaining()).isEqualTo(4);
        assertThat(decision.resetAfterMicros()).isEqualTo(60 * SECOND);
    }

    @Test
    @DisplayName("S11 a sliding window gives up what its previous window weighs, not all that was used in it")
    void slidingSubtractsTheWeightedPreviousWindow() {
        long start = START - START % (60 * SECOND);
        Policy first = version(1, Carry.AS_IS, "10/1m sliding");
        key.acquire(first, 8, start);
        key.acquire(first, 2, start + 90 * SECOND);

        // Half of the 8 and all of the 2 count: 4 of 10 are left, and 8 of 20.
        Policy second = version(2, Carry.PROPORTIONAL, "20/1m sliding");
        assertThat(key.peek(first, 1, start + 90 * SECOND).remaining()).isEqualTo(4);
        assertThat(key.peek(second, 1, start + 90 * SECOND).remaining()).isEqualTo(8);
    }

    @Test
    @DisplayName("S11 a sliding window keeps of its previous window what weighs no more than is used by now")
    void slidingCutsThePreviousWindow() {
        long start = START - START % (60 * SECOND);
        key.acquire(version(1, Carry.AS_IS, "100/1m sliding"), 100, start);

        // Half of the 100 count, so that 50 are left: as they are, that is all of 10, and half of them in proportion.
        long now = start + 90 * SECOND;
        assertThat(key.peek(version(2, Carry.AS_IS, "10/1m sliding"), 1, now).remaining())
                .isEqualTo(10);
        assertThat(key.peek(version(2, Carry.PROPORTIONAL, "10/1m sliding"), 1, now)
                        .remaining())
                .isEqualTo(5);
        Decision decision = key.acquire(version(2, Carry.PROPORTIONAL, "10/1m sliding"), 5, now);
        assertThat(decision.remaining()).isZero();
        // 10 in the previous window and 5 in this one: the next returns when 4 of the 10 count.
        assertThat(decision.nextAfterMicros()).isEqualTo(6 * SECOND);
    }

    @Test
    @DisplayName("S9 a sliding window that shrinks by nine orders of magnitude overflows nowhere")
    void slidingStaysExact() {
        long hour = 3600 * SECOND;
        long start = START - START % hour;
        // The first counts in milliseconds, as 6·10^11 permits an hour cannot be counted in microseconds.
        key.acquire(version(1, Carry.AS_IS, "600000000000/1h sliding"), 600_000_000_000L, start);
        Policy small = version(2, Carry.ADDITIVE, "100/1h sliding");

        // 200 of 100 are used, the largest debt, and all of it in the previous window. It weighs 99 when 101 of 200
        // parts of the hour are over.
        Decision decision = key.acquire(small, 1, start + hour);
        assertThat(decision.allowed()).isFalse();
        assertThat(decision.remaining()).isZero();
        assertThat(decision.retryAfterMicros()).isEqualTo(1818 * SECOND);
        Policy same = version(3, Carry.AS_IS, "100/1h sliding");
        assertThat(key.admits(same, 1, start + hour + 1818 * SECOND - 1)).isFalse();
        Decision later = key.acquire(same, 1, start + hour + 1818 * SECOND);
        assertThat(later.allowed()).isTrue();
        assertThat(later.remaining()).isZero();
    }

    @Test
    @DisplayName("S1 a sliding window that counts in seconds weighs the one before by the whole seconds that are over")
    void slidingInSeconds() {
        long hour = 3600 * SECOND;
        long start = START - START % hour;
        Policy policy = version(1, Carry.AS_IS, "600000000000/1h sliding");
        key.acquire(policy, 600_000_000_000L, start);

        // 1,200 of 3,600 seconds are over: two thirds of all count still, and the first permit is back in a second.
        Decision decision = key.peek(policy, 1, start + hour + 1_200 * SECOND + 999_999);
        assertThat(decision.remaining()).isEqualTo(200_000_000_000L);
        assertThat(decision.nextAfterMicros()).isEqualTo(1);
        assertThat(decision.resetAfterMicros()).isEqualTo(2_400 * SECOND - 999_999);
    }

    @ParameterizedTest(name = "S11 a limit that nothing was used of has nothing used under {0} either")
    @EnumSource(Carry.class)
    void initialStaysInitial(Carry carry) {
        key.acquire(version(1, Carry.AS_IS, "10/1s", "10/1h"), 4, START);

        Decision decision = key.peek(version(2, carry, "100/1s", "100/1h"), 1, START + SECOND);

        assertThat(decision.limits().get(0).remaining()).isEqualTo(100);
        assertThat(decision.limits().get(0).resetAfterMicros()).isZero();
    }

    @ParameterizedTest(name = "S11 unchanged numbers keep their state to the last unit under {0}")
    @EnumSource(value = Carry.class, names = "RESET", mode = EnumSource.Mode.EXCLUDE)
    void unchangedNumbersKeepTheirState(Carry carry) {
        key.acquire(version(1, Carry.AS_IS, "7/1s", "10/1h"), 5, START);

        Decision decision = key.peek(version(2, carry, "7/1s", "20/1h"), 1, START + 100_000);

        // 2.7 permits at that moment: were the fraction lost, the third would come 43 ms later.
        assertThat(decision.limits().get(0).nextAfterMicros()).isEqualTo(42_858);
    }

    @Test
    @DisplayName("S11 other numbers under the same version are converted as AS_IS, whatever the policy's carry")
    void otherNumbersUnderOneVersion() {
        key.acquire(version(3, Carry.RESET, "10/1m"), 4, START);

        assertThat(key.peek(version(3, Carry.RESET, "40/1m"), 1, START).remaining())
                .isEqualTo(6);
        // ADDITIVE would leave nothing.
        assertThat(key.peek(version(3, Carry.ADDITIVE, "4/1m"), 1, START).remaining())
                .isEqualTo(4);
    }

    @Test
    @DisplayName("S11 a window that is longer under the same version goes on from its start, with as much left")
    void otherNumbersUnderOneVersionKeepTheStart() {
        key.acquire(version(1, Carry.AS_IS, "10/1m fixed"), 4, START);

        Decision longer = key.peek(version(1, Carry.AS_IS, "10/1h fixed"), 1, START + 30 * SECOND);

        assertThat(longer.remaining()).isEqualTo(6);
        assertThat(longer.resetAfterMicros()).isEqualTo(3570 * SECOND);
    }

    @Test
    @DisplayName("S11 a limit that is in shadow under the same version, with the same numbers, denies nothing there")
    void shadowUnderOneVersion() {
        key.acquire(version(1, Carry.AS_IS, "3/1h fixed"), 3, START);

        Decision shadowed = key.acquire(version(1, Carry.AS_IS, "~3/1h fixed"), 1, START);

        assertThat(shadowed.allowed()).isTrue();
        assertThat(shadowed.shadowDenied()).isTrue();
        assertThat(key.admits(version(1, Carry.AS_IS, "3/1h fixed"), 1, START)).isFalse();
    }

    @ParameterizedTest(name = "S11 {0} and {1} under one version, taking turns, admit {2} in an instant")
    @CsvSource({
        "10/1h, 10/1h fixed, 10",
        "10/1h fixed, 10/1h sliding, 10",
        "10/1h sliding, 10/1m sliding, 10",
        "10/1h interval, 20/1h, 10",
        // One of the twenty, and then ten of the ten.
        "20/1h, 10/1h interval, 11",
        "10/1h fixed aligned, 10/1h, 10",
        "10/1h fixed, 0/1h fixed, 10",
    })
    void turnsUnderOneVersionGainNothing(String one, String other, long most) {
        Policy first = version(1, Carry.AS_IS, one);
        Policy second = version(1, Carry.AS_IS, other);

        long admitted = 0;
        for (int i = 0; i < 100; i++) {
            admitted += key.admits(i % 2 == 0 ? first : second, 1, START) ? 1 : 0;
        }

        assertThat(admitted).isEqualTo(most);
    }

    @Test
    @DisplayName("S11 a window that other numbers under the same version end stays used")
    void aShorterWindowUnderOneVersionForgetsNothing() {
        Policy hourly = version(1, Carry.AS_IS, "10/1h fixed");
        key.acquire(hourly, 10, START);

        assertThat(key.admits(version(1, Carry.AS_IS, "10/1m fixed"), 1, START + 120 * SECOND))
                .isFalse();
        assertThat(key.admits(hourly, 1, START + 3600 * SECOND)).isTrue();
    }

    @Test
    @DisplayName("S11 limits match by position and algorithm; one without a match starts initial")
    void limitsMatchByPositionAndAlgorithm() {
        key.acquire(version(1, Carry.AS_IS, "10/1m", "10/1m fixed"), 4, START);

        Decision decision = key.peek(version(2, Carry.AS_IS, "20/1m", "20/1m sliding", "20/1m fixed"), 1, START);

        assertThat(decision.limits()).extracting(LimitStatus::remaining).containsExactly(6L, 20L, 20L);
    }

    @Test
    @DisplayName("S11 a newer version takes effect with its first call, also when that is denied")
    void aDeniedCallConverts() {
        key.acquire(version(1, Carry.AS_IS, "10/1m"), 10, START);
        Policy second = version(2, Carry.AS_IS, "20/1m");

        assertThat(key.acquire(second, 1, START).retryAfterMicros()).isEqualTo(3 * SECOND);

        assertThat(key.state().version()).isEqualTo(2);
        assertThat(key.state().slots().get(0).numbers())
                .isEqualTo(Limit.parse("20/1m").numbers());
        assertThat(key.admits(second, 1, START + 3 * SECOND - 1)).isFalse();
        assertThat(key.admits(second, 1, START + 3 * SECOND)).isTrue();
    }

    @Test
    @DisplayName("S5 a denial under the state's own version writes nothing, though the one that converted did")
    void aSecondDenialWritesNothing() {
        key.acquire(version(1, Carry.AS_IS, "10/1m"), 10, START);
        Policy second = version(2, Carry.AS_IS, "20/1m");
        key.acquire(second, 1, START);
        CounterState before = key.state();

        assertThat(key.admits(second, 1, START + SECOND)).isFalse();
        assertThat(key.admits(second, 20, START + 3 * SECOND)).isFalse();

        assertThat(key.state()).isSameAs(before);
    }

    @Test
    @DisplayName("S5 a peek converts nothing, and is told what the first call would be")
    void aPeekConvertsNothing() {
        key.acquire(version(1, Carry.AS_IS, "10/1m"), 10, START);
        CounterState before = key.state();

        Decision peeked = key.peek(version(2, Carry.ADDITIVE, "15/1m"), 6, START);

        // Five are left, and the sixth returns in four seconds.
        assertThat(peeked.allowed()).isFalse();
        assertThat(peeked.remaining()).isEqualTo(5);
        assertThat(peeked.retryAfterMicros()).isEqualTo(4 * SECOND);
        assertThat(key.state()).isSameAs(before);
    }

    @Test
    @DisplayName(
            "S5 a denial in other numbers under the same version converts nothing, and a call that is allowed does")
    void otherNumbersConvertWhenAllowed() {
        key.acquire(version(1, Carry.AS_IS, "10/1m"), 4, START);
        CounterState before = key.state();
        Policy other = version(1, Carry.AS_IS, "40/1m");

        assertThat(key.admits(other, 7, START)).isFalse();
        assertThat(key.state()).isSameAs(before);

        assertThat(key.admits(other, 6, START)).isTrue();
        assertThat(key.state().slots().get(0).numbers())
                .isEqualTo(Limit.parse("40/1m").numbers());
    }

    @ParameterizedTest(
            name = "S6 {0} is used up when {1} comes with {2}: a cost of {3} waits {4} s, in the numbers that came")
    @CsvSource({
        // A denial converts, so permits return at the new rate from then on: one in six seconds, not one in six
        // minutes.
        "10/1h, 10/1m, AS_IS, 1, 6",
        "10/1m, 10/1h, AS_IS, 1, 360",
        // None of 20 is left, and one returns every 3 s.
        "10/1m, 20/1m, AS_IS, 15, 45",
        // Four below zero; one returns every 10 s.
        "10/1m, 6/1m, ADDITIVE, 1, 50",
        // 10 of 20 are left.
        "10/1m, 20/1m, ADDITIVE, 11, 3",
        "10/1m, 20/1m, ADDITIVE, 20, 30",
        "10/1m, 3/1m, PROPORTIONAL, 1, 20",
        "10/1m, 40/1m, PROPORTIONAL, 4, 6",
        "10/1m interval, 10/1s interval, AS_IS, 1, 1",
        "10/1m interval, 4/1m interval, ADDITIVE, 1, 120",
        "10/1m fixed, 10/1h fixed, AS_IS, 1, 3600",
        "10/1h fixed, 10/1m fixed, AS_IS, 1, 60",
        "10/1h fixed aligned, 10/1m fixed aligned, AS_IS, 1, 60",
        // 20 of 20 are used in the window that began just now: 19 of them count 57 s before the next one's end.
        "10/1m sliding, 20/1m sliding, AS_IS, 1, 63",
    })
    void waitsInTheNewNumbers(String from, String to, Carry carry, long cost, long seconds) {
        long start = START - START % (3600 * SECOND);
        key.acquire(version(1, Carry.AS_IS, from), 10, start);
        Policy newer = version(2, carry, to);

        Decision decision = key.acquire(newer, cost, start);

        assertThat(decision.allowed()).isFalse();
        assertThat(decision.retryAfterMicros()).isEqualTo(seconds * SECOND);
        assertThat(key.admits(newer, cost, start + seconds * SECOND - 1)).isFalse();
        assertThat(key.admits(newer, cost, start + seconds * SECOND)).isTrue();
    }

    @Nested
    @DisplayName("a command older than the state")
    class Older {

        @Test
        @DisplayName("S11 is judged by the state's limits, charged in their numbers, and converts nothing")
        void isJudgedByTheState() {
            Policy first = version(1, Carry.AS_IS, "100/1m");
            Policy second = version(2, Carry.RESET, "10/1m");
            key.acquire(second, 8, START);

            Decision decision = key.acquire(first, 1, START);

            assertThat(decision.allowed()).isTrue();
            assertThat(decision.remaining()).isEqualTo(1);
            assertThat(decision.resetAfterMicros()).isEqualTo(54 * SECOND);
            assertThat(key.state().version()).isEqualTo(2);
            assertThat(key.state().slots().get(0).numbers())
                    .isEqualTo(Limit.parse("10/1m").numbers());
            assertThat(key.acquire(first, 2, START).retryAfterMicros()).isEqualTo(6 * SECOND);
        }

        @Test
        @DisplayName("S11 is told the newer version, also where that has the very same limit")
        void isToldTheVersionOfTheState() {
            Policy first = version(1, Carry.AS_IS, "10/1m");
            key.acquire(version(2, Carry.AS_IS, "10/1m"), 1, START);

            assertThat(key.acquire(first, 1, START).version()).isEqualTo(2);
            assertThat(key.acquire(first, 9, START).version()).isEqualTo(2);
        }

        @Test
        @DisplayName("S11 is told the state's numbers, which may be above its own")
        void isToldTheNumbersOfTheState() {
            key.acquire(version(2, Carry.RESET, "100/1h"), 8, START);

            Decision decision = key.peek(version(1, Carry.AS_IS, "10/1m"), 1, START);

            assertThat(decision.capacity()).isEqualTo(100);
            assertThat(decision.remaining()).isEqualTo(92);
            assertThat(decision.nextAfterMicros()).isEqualTo(36 * SECOND);
            assertThat(decision.resetAfterMicros()).isEqualTo(288 * SECOND);
            assertThat(decision.limits()).extracting(LimitStatus::windowMicros).containsExactly(3600 * SECOND);
        }

        @Test
        @DisplayName("S11 finds no fresh limit where the algorithm changed")
        void findsNoFreshLimit() {
            Policy first = version(1, Carry.AS_IS, "10/1m");
            Policy second = version(2, Carry.AS_IS, "10/1m fixed");
            key.acquire(second, 10, START);

            Decision decision = key.acquire(first, 1, START);

            assertThat(decision.allowed()).isFalse();
            assertThat(decision.retryAfterMicros()).isEqualTo(60 * SECOND);
            assertThat(decision.limit()).map(LimitStatus::name).hasValue("api-1");
            assertThat(decision.remaining()).isZero();
        }

        @Test
        @DisplayName(
                "S11 is told a newer version's further limits as well, and names what it has no name for by its place")
        void isToldEveryLimitOfTheState() {
            Policy first = Policy.builder("api")
                    .limit(Limit.parse("100/1m").named("minute"))
                    .limit(Limit.parse("10/1s").named("second"))
                    .build();
            Policy second = version(2, Carry.AS_IS, "100/1m", "10/1s fixed", "3/1h fixed");
            key.acquire(second, 2, START);

            Decision allowed = key.acquire(first, 1, START);
            assertThat(allowed.allowed()).isTrue();
            assertThat(allowed.remaining()).isZero();
            assertThat(allowed.capacity()).isEqualTo(3);
            assertThat(allowed.nextAfterMicros()).isEqualTo(3600 * SECOND);
            Decision denied = key.acquire(first, 1, START);
            assertThat(denied.allowed()).isFalse();
            assertThat(denied.limit()).map(LimitStatus::name).hasValue("api-3");
            assertThat(denied.retryAfterMicros()).isEqualTo(3600 * SECOND);
            assertThat(denied.resetAfterMicros()).isEqualTo(3600 * SECOND);
            assertThat(denied.limits()).extracting(LimitStatus::name).containsExactly("minute", "api-2", "api-3");
            assertThat(denied.limits()).extracting(LimitStatus::admits).containsExactly(true, true, false);
        }

        @Test
        @DisplayName(
                "S11 of one limit, which the newer version has with others or in shadow, is told what the newer one says")
        void ofOneLimitIsToldWhatTheStateSays() {
            Policy first = version(1, Carry.AS_IS, "10/1m");
            key.acquire(version(2, Carry.AS_IS, "10/1m", "3/1h fixed"), 1, START);

            Decision decision = key.acquire(first, 1, START);
            assertThat(decision.remaining()).isEqualTo(1);
            assertThat(decision.limits()).extracting(LimitStatus::name).containsExactly("api", "api-2");
            assertThat(decision.limits()).extracting(LimitStatus::remaining).containsExactly(8L, 1L);

            key.acquire(version(3, Carry.AS_IS, "~10/1m"), 1, START);
            Decision shadowed = key.acquire(first, 9, START);
            assertThat(shadowed.allowed()).isTrue();
            assertThat(shadowed.shadowDenied()).isTrue();
            assertThat(shadowed.limits()).extracting(LimitStatus::enforced).containsExactly(false);
        }

        @Test
        @DisplayName("S6 is told to wait until the state is gone, for a cost above what the newer version ever admits")
        void waitsForTheStateToGo() {
            Policy first = version(1, Carry.AS_IS, "10/1m");
            Policy second = version(2, Carry.AS_IS, "5/1m", "1000/1h fixed");
            key.acquire(second, 1, START);

            Decision decision = key.acquire(first, 8, START);
            assertThat(decision.allowed()).isFalse();
            assertThat(decision.retryAfterMicros()).isEqualTo(3600 * SECOND);
            assertThat(key.peek(first, 8, START + 3600 * SECOND - 1).allowed()).isFalse();
            assertThat(key.acquire(first, 8, START + 3600 * SECOND).allowed()).isTrue();
        }

        @Test
        @DisplayName(
                "S6 is told to wait until a converted state is gone, which is not before its own usage would have been")
        void waitsForAConvertedStateToGo() {
            Policy first = version(1, Carry.AS_IS, "10/1h fixed");
            key.acquire(first, 6, START);
            key.acquire(version(2, Carry.RESET, "5/1m"), 1, START + 600 * SECOND);

            // The bucket of five is full again after 12 s, but the window of ten was open for 50 minutes more.
            Decision decision = key.acquire(first, 8, START + 600 * SECOND);
            assertThat(decision.allowed()).isFalse();
            assertThat(decision.retryAfterMicros()).isEqualTo(3000 * SECOND);
            assertThat(decision.resetAfterMicros()).isEqualTo(12 * SECOND);
            assertThat(key.peek(first, 8, START + 3600 * SECOND - 1).allowed()).isFalse();
            assertThat(key.acquire(first, 8, START + 3600 * SECOND).remaining()).isEqualTo(2);
        }

        @Test
        @DisplayName("S6 is told true waits by the limits of the state, in their numbers")
        void waitsInTheNumbersOfTheState() {
            Policy first = version(1, Carry.AS_IS, "10/1m");
            key.acquire(version(2, Carry.AS_IS, "20/1h"), 20, START);

            assertThat(key.acquire(first, 2, START).retryAfterMicros()).isEqualTo(360 * SECOND);
            assertThat(key.admits(first, 2, START + 360 * SECOND - 1)).isFalse();
            assertThat(key.admits(first, 2, START + 360 * SECOND)).isTrue();
        }

        @Test
        @DisplayName("S6 with a limit of 0 is denied for ever, whatever the state says")
        void withALimitOfZero() {
            key.acquire(version(2, Carry.AS_IS, "10/1m", "5/1m fixed"), 1, START);
            CounterState before = key.state();
            Policy first = version(1, Carry.AS_IS, "10/1m", "0/1m");

            Decision decision = key.acquire(first, 1, START);

            assertThat(decision.retryAfterMicros()).isEqualTo(Micros.NEVER);
            assertThat(decision.limit()).map(LimitStatus::name).hasValue("api-2");
            assertThat(key.state()).isSameAs(before);
            assertThat(key.admits(first, 1, START + 60 * SECOND)).isFalse();
            assertThat(key.admits(version(1, Carry.AS_IS, "10/1m", "~0/1m"), 1, START))
                    .isTrue();
        }

        @Test
        @DisplayName("S11 enforces what the newer version enforces, and nothing that it has in shadow")
        void enforcesWhatTheStateDoes() {
            Policy enforced = version(1, Carry.AS_IS, "10/1m", "4/1h fixed");
            Policy shadowed = version(2, Carry.AS_IS, "10/1m", "~4/1h fixed");
            Policy enforcedAgain = version(3, Carry.AS_IS, "10/1m", "4/1h fixed");
            key.acquire(shadowed, 4, START);
            Decision allowed = key.acquire(enforced, 1, START);
            assertThat(allowed.allowed()).isTrue();
            assertThat(allowed.shadowDenied()).isTrue();
            assertThat(allowed.limits()).extracting(LimitStatus::enforced).containsExactly(true, false);

            // What the limit counted in shadow, it counts from now on as well.
            assertThat(key.acquire(enforcedAgain, 1, START).retryAfterMicros()).isEqualTo(3600 * SECOND);
            Decision denied = key.acquire(shadowed, 1, START);
            assertThat(denied.allowed()).isFalse();
            assertThat(denied.retryAfterMicros()).isEqualTo(3600 * SECOND);
        }

        @Test
        @DisplayName("S11 of a policy in shadow stays in shadow")
        void inShadowStaysInShadow() {
            Policy shadow = Policy.builder("api")
                    .limit(Limit.parse("10/1m"))
                    .limit(Limit.parse("10/1s"))
                    .inShadow()
                    .build();
            key.acquire(version(2, Carry.AS_IS, "3/1h fixed"), 3, START);
            CounterState before = key.state();

            Decision decision = key.acquire(shadow, 1, START);

            assertThat(decision.allowed()).isTrue();
            assertThat(decision.shadowDenied()).isTrue();
            assertThat(decision.limits()).extracting(LimitStatus::enforced).containsExactly(false);
            assertThat(key.state()).isSameAs(before);
        }
    }

    @ParameterizedTest(name = "S11 two clients that alternate between {0} and {1} with RESET share {2} permits")
    @CsvSource({
        "10/1h, 10/1h, 20",
        "10/1h, 5/1h fixed, 15",
        "10/1h fixed, 5/1h interval, 15",
        "10/1h sliding, 7/1d sliding, 17",
        "10/1h fixed aligned, 3/1h sliding, 13",
        // The newer version admits nothing, and the older one not a second time.
        "10/1h, 0/1h, 10",
        "10/1h sliding, 0/1m fixed, 10",
    })
    void oneResetsWorth(String before, String after, long most) {
        Policy first = version(1, Carry.RESET, before);
        Policy second = version(2, Carry.RESET, after);
        long start = START - START % (3600 * SECOND);
        long admitted = key.drain(first, start);
        for (int i = 0; i < 100; i++) {
            admitted += key.admits(second, 1, start) ? 1 : 0;
            admitted += key.admits(first, 1, start) ? 1 : 0;
        }
        assertThat(admitted).isEqualTo(most);
    }

    @Test
    @DisplayName(
            "S11 a newer version that always denies takes effect as well, until what it found would have been gone")
    void aVersionThatAlwaysDeniesTakesEffect() {
        Policy first = version(1, Carry.RESET, "10/1h fixed");
        Policy closed = version(2, Carry.RESET, "0/1h");
        key.acquire(first, 4, START);

        assertThat(key.acquire(closed, 1, START).retryAfterMicros()).isEqualTo(Micros.NEVER);
        assertThat(key.acquire(first, 1, START).retryAfterMicros()).isEqualTo(3600 * SECOND);
        assertThat(key.admits(first, 1, START + 3600 * SECOND - 1)).isFalse();
        assertThat(key.admits(first, 1, START + 3600 * SECOND)).isTrue();
    }

    @Test
    @DisplayName(
            "S11 a denial that leaves an unused limit where another was used up lets nobody start afresh before its time")
    void takingTurnsWithADenialGainsNothing() {
        Policy first = version(1, Carry.AS_IS, "10/1d fixed", "10/1s");
        Policy second = version(2, Carry.AS_IS, "10/1d sliding", "10/1s");
        long admitted = 0;
        for (int i = 0; i < 100; i++) {
            admitted += key.drain(first, START + i * SECOND);
            admitted += key.admits(second, 1, START + i * SECOND) ? 1 : 0;
        }
        // Ten of the fixed window, and ten of the sliding one that took its place.
        assertThat(admitted).isEqualTo(20);
    }

    @Test
    @DisplayName("S11 a denial that leaves a smaller bucket full gives the larger one nothing back")
    void takingTurnsWithASmallerBucketGainsNothing() {
        Policy first = version(1, Carry.AS_IS, "100/1d", "5/1s");
        Policy second = version(2, Carry.AS_IS, "10/1d", "5/1s");
        long admitted = 0;
        for (int i = 0; i < 200; i++) {
            admitted += key.drain(first, START + i * SECOND);
            if (i % 10 == 9) {
                admitted += key.admits(second, 1, START + i * SECOND) ? 1 : 0;
            }
        }
        // 50 of the hundred by the first denial, which leaves all of the ten.
        assertThat(admitted).isEqualTo(60);
    }

    @Test
    @DisplayName("S11 a state that was converted twice is held until all that it came from would have been gone")
    void holdsThroughSeveralVersions() {
        Policy first = version(1, Carry.RESET, "10/1h fixed");
        key.acquire(first, 10, START);
        key.acquire(version(2, Carry.RESET, "5/1m"), 1, START);
        key.acquire(version(3, Carry.RESET, "2/1s"), 1, START);
        assertThat(key.state().expiresAt()).isEqualTo(START + 3600 * SECOND);

        assertThat(key.drain(first, START + 3600 * SECOND - 1)).isEqualTo(2);
        assertThat(key.state().version()).isEqualTo(3);
        // The last of those two come back within a second, and only then is the key forgotten.
        assertThat(key.drain(first, START + 3601 * SECOND - 1)).isEqualTo(10);
    }

    @Test
    @DisplayName("S11 a key that was forgotten starts under any version")
    void aForgottenKeyHasNoVersion() {
        key.acquire(version(2, Carry.AS_IS, "10/1m fixed"), 1, START);

        assertThat(key.acquire(version(1, Carry.AS_IS, "5/1m"), 1, START + 60 * SECOND)
                        .remaining())
                .isEqualTo(4);
        assertThat(key.state().version()).isEqualTo(1);
    }
}
