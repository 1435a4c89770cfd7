package dev.guard.domain.counter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.guard.domain.Carry;
import dev.guard.domain.CorruptStateException;
import dev.guard.domain.Deadline;
import dev.guard.domain.Key;
import dev.guard.domain.Limit;
import dev.guard.domain.LimitNumbers;
import dev.guard.domain.Permit;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CounterOperation.Acquire;
import dev.guard.domain.counter.CounterOperation.Block;
import dev.guard.domain.counter.CounterOperation.Refund;
import dev.guard.domain.counter.CounterOperation.Reserve;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The byte form of a counter's state")
class CounterStateCodecTest {

    private static final long NOW = 1_790_000_000_000_000L;
    private static final Key KEY = Key.of("api", "alice");

    /** Format, flags, time, age, version, number of limits: what the bytes of a single limit begin with. */
    private static final String HEAD = "6731" + "00" + "8080afa2dbffad06" + "01" + "01" + "01";

    private static final String EVERYTHING = "6731" + "0f" + "8080afa2dbffad06" + "09" // born 9 us ago
            + "ee9b9c39" // held until the first version's minute is over
            + "a01f" // blocked for 2 ms
            + "02" + "02" // two limits of version 2
            + "0309808ece1c090205" // a fixed window of 9, a debt of 4 at most, 2 used 5 us ago
            + "88078087a70e0102723102e407" // 7 slots in shadow, of which r1 holds 2
            + "01027231020204e407" // r1: 2 permits of version 2, 4 us ago, for another 996 us
            + "01027031fb8dce1c"; // p1, to be known for a minute less 5 us

    @ParameterizedTest(name = "{0} is {1}")
    @DisplayName("has golden bytes for every algorithm, of which 3 permits were taken a microsecond after 2")
    @CsvSource({
        "100/1m, 016464808ece1c00bf8db701",
        "100/1m burst 20, 011464808ece1c00bf8db701",
        "100/1m interval, 026464808ece1c000501",
        "100/1m fixed, 0364808ece1c000501",
        "100/1m fixed aligned, 0464808ece1c0005",
        "100/1m sliding, 0564808ece1c000500",
        "100/1m log, 0664808ece1c000202010301",
        "5000/day, 07882700015a0005808088debe01",
        "5000/week@Europe/Berlin from sunday, 07882701070d4575726f70652f4265726c696e000580d082b69b04",
        "5000/month, 07882702015a00058080d684e433",
        "5000/year, 07882703015a000580c096a0e99605",
        "concurrent 20 lease 30s, 08148087a70e0202703102ff86a70e027032038087a70e",
    })
    void golden(String text, String expected) {
        Policy policy = Policy.of("api", Limit.parse(text));
        CounterState state = run(CounterState.ABSENT, new Acquire(KEY, policy, 2, "p1", Deadline.NONE), NOW - 1);
        state = run(state, new Acquire(KEY, policy, 3, "p2", Deadline.NONE), NOW);
        assertThat(hex(CounterStateCodec.encode(state))).isEqualTo(HEAD + expected);
        assertThat(CounterStateCodec.decode(bytes(HEAD + expected))).isEqualTo(state);
    }

    @Test
    @DisplayName(
            "has golden bytes for all the rest: shadow, debt, a hold, a block, a reservation and a refunded permit")
    void goldenOfEverything() {
        assertThat(hex(CounterStateCodec.encode(everything()))).isEqualTo(EVERYTHING);
        assertThat(CounterStateCodec.decode(bytes(EVERYTHING))).isEqualTo(everything());
    }

    @ParameterizedTest(name = "{2}")
    @DisplayName("is refused, with what was found and what was expected, where it is malformed")
    @CsvSource(delimiter = '|', textBlock = """
                    7b22 6122                                   | the format is 7b 22; expected 67 31 (g1)      | text
                    6732 00                                     | the format is 67 32; expected 67 31 (g1)      | another format
                    aced 0005                                   | the format is ac ed                           | Java serialization
                    6731                                        | the end stands where the flags should be; expected more bytes | a beginning
                    6731 10                                     | the flags are 16; expected 0 to 15            | unknown flags
                    6731 00 8080afa2dbffad06 00 00 00 00        | 1 bytes follow; expected the end              | one byte too many
                    6731 00 ffffffffffffffff7f 00 00 00         | the time: -4611686018427387904; expected    | a time out of range
                    6731 00 8000 00 00 00                       | the time is not in its shortest form          | a number padded
                    6731 00 80808080808080808002 00 00 00       | the time is not in its shortest form          | a number of 65 bits
                    6731 00 80808080808080808080 00 00 00       | the time is not in its shortest form          | a number without end
                    6731 00 00 00 01 00                         | 0 limits are of version 1; expected none      | a version of nothing
                    6731 00 00 00 00 01 03050a0001              | 1 limits are of version 0; expected none      | limits of no version
                    6731 00 00 00 8080808008 00                 | the version: 2147483648; expected 0 to      | a version out of range
                    6731 00 00 00 01 ffffffff07 03              | the number of limits: 2147483647; expected 0 to 1  | more limits than bytes
                    6731 00 00 00 01 01 09 05 0a 00 01          | the algorithm is 9; expected one that         | an unknown algorithm
                    6731 00 00 00 01 01 03 ffffffffffffff7f 0a 00 01 | the capacity: 72057594037927935; expected 0 to | a capacity out of range
                    6731 00 00 00 01 01 03 05 00 00 01          | the period: 0; expected 1 to                | no period
                    6731 00 00 00 01 01 03 05 0a 0b 01          | the largest debt: -6; expected -5 to 4503599627370490 | a debt below 0
                    6731 00 00 00 01 01 03 05 0a 00 0b 01       | the permits used: 11; expected 0 to 10      | more used than can be
                    6731 00 00 00 01 01 03 05 0a 00 01 0a       | the age: 10; expected 0 to 9                | a window that is over
                    6731 00 00 00 01 01 02 05 05 0a 00 01 0a    | the age: 10; expected 0 to 9                | permits that are back
                    6731 00 00 00 01 01 06 05 0a 00 01 01 0a    | the age of a charge: 10; expected 0 to 9    | a charge that is over
                    6731 00 00 00 01 01 06 05 0a 00 02 ffffffffffffff07 01 01 00 | the permits: 1; expected 1 to 0 | charges too heavy
                    6731 00 00 00 01 01 06 8120 0a 00 00        | a limit cannot be: permits are 4097           | a limit that cannot be
                    6731 00 00 00 01 01 06 05 0a 00 02 01 01 01 00 | the time between charges: 0; expected 1 to 1 | charges in disorder
                    6731 00 00 00 01 01 05 05 0a 00 00 ffffffffffffff03 | the permits used before are 2251799813685247 | a window too heavy
                    6731 00 00 00 01 01 07 05 04 03555443 00 00 | the unit of a calendar is 4; expected 0       | no unit
                    6731 00 00 00 01 01 07 05 01 08 015a 00 00  | the first day of a week is 8; expected 1      | no day
                    6731 00 00 00 01 01 07 05 00 0441746c61 00 00 | the zone is none; expected the id            | no zone
                    6731 00 00 00 01 01 07 05 00 03555443 00 00 | the zone is none; expected the id             | a zone in another spelling
                    6731 00 00 00 01 01 07 05 00 01ff 00 00     | the zone has a byte above 127; expected ASCII | a zone that is no text
                    6731 00 00 00 01 01 07 05 00 80             | the zone has 128 bytes; expected at most 127  | a text too long
                    6731 00 00 00 01 01 07 05 00 0555           | the zone has 5 bytes; expected at most 127    | a text that is cut
                    6731 00 00 00 01 01 08 05 0a 02 0162 01 05 0161 01 05 | the holders are in disorder          | holders in disorder
                    6731 00 00 00 01 01 08 05 0a 01 012f 01 05  | an id is none; expected 1 to 64               | an id of other characters
                    6731 00 00 00 01 01 08 05 0a 01 0161 00 05  | the permits: 0; expected 1 to 4096          | a holder of nothing
                    6731 04 00 00 00 00 00                      | the number of reservations: 0; expected 1   | a flag without reservations
                    6731 04 00 00 00 00 01 00 01 01 00 05       | an id is empty; expected a character          | a reservation of nobody
                    6731 04 00 00 00 00 02 0162 01 01 00 05 0161 01 01 00 05 | the reservations are in disorder  | reservations in disorder
                    6731 08 00 00 00 00 41 0161 05              | the number of refunded permits: 65; expected 1 to 3 | too many refunded permits
                    """)
    void malformed(String hex, String detail, String what) {
        assertThatThrownBy(() -> CounterStateCodec.decode(bytes(hex)))
                .isInstanceOf(CorruptStateException.class)
                .hasMessageContaining(detail)
                .hasMessageStartingWith("counter state of ");
    }

    @ParameterizedTest(name = "{0}, {1} µs into a window: {2}")
    @DisplayName("holds as heavy a window before this one as is exact, and no heavier")
    @CsvSource({
        "5/1us sliding, 0, 4503599627370495",
        "5/15us sliding, 0, 300239975158033",
        "5/15us sliding, 10, 900719925474099",
        // The tick is a second: 3,600 of them, of which 900 are left.
        "600000000000/1h sliding, 2700000000, 5003999585967",
    })
    void slidingBound(String limit, long elapsed, long heaviest) {
        LimitNumbers numbers = Limit.parse(limit).numbers();
        CounterState heavy = sliding(numbers, elapsed, heaviest);
        assertThat(CounterStateCodec.decode(CounterStateCodec.encode(heavy))).isEqualTo(heavy);
        byte[] heavier = CounterStateCodec.encode(sliding(numbers, elapsed, heaviest + 1));
        assertThatThrownBy(() -> CounterStateCodec.decode(heavier))
                .isInstanceOf(CorruptStateException.class)
                .hasMessageContaining("the permits used before");
    }

    private static CounterState sliding(LimitNumbers numbers, long time, long previous) {
        return new CounterState(1, time, List.of(new LimitSlot(numbers, false, new LimitState(0, previous))));
    }

    @Test
    @DisplayName("holds an id that holds twice until the same microsecond")
    void holdsTwice() {
        Policy policy = Policy.of("api", Limit.parse("concurrent 5 lease 30s"));
        CounterState state = run(CounterState.ABSENT, new Acquire(KEY, policy, 1, "p1", Deadline.NONE), NOW);
        state = run(state, new Acquire(KEY, policy, 1, "p1", Deadline.NONE), NOW);
        state = run(state, new Reserve(KEY, policy, 1, "r1", 1_000, Deadline.NONE), NOW);
        state = run(state, new Reserve(KEY, policy, 1, "r1", 1_000, Deadline.NONE), NOW);
        assertThat(state.slots().get(0).state().entries()).hasSize(4);
        assertThat(CounterStateCodec.decode(CounterStateCodec.encode(state))).isEqualTo(state);
    }

    @Test
    @DisplayName("is refused at once where it announces a thousand times more than it has")
    void hostileLengths() {
        byte[] bytes = Arrays.copyOf(bytes("6731 00 00 00 01 ffffffff07"), 1_000);
        assertThatThrownBy(() -> CounterStateCodec.decode(bytes))
                .isInstanceOf(CorruptStateException.class)
                .hasMessageContaining("the number of limits: 2147483647; expected 0 to ");
    }

    @Test
    @DisplayName("does not exist for an absent state, nor for one that the model cannot make")
    void notEncodable() {
        assertThatThrownBy(() -> CounterStateCodec.encode(CounterState.ABSENT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the state is absent, which is kept by keeping nothing");
        LimitSlot slot = new LimitSlot(Limit.parse("5/1m fixed").numbers(), false, new LimitState(-1, 0));
        assertThatThrownBy(() -> CounterStateCodec.encode(new CounterState(1, NOW, List.of(slot))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the permits: -1, expected 0 or more");
    }

    private static CounterState everything() {
        Policy first = Policy.of("api", Limit.parse("5/1m fixed"));
        Policy second = Policy.builder("api")
                .version(2)
                .carry(Carry.RESET)
                .limit(Limit.parse("9/1m fixed").maxDebt(4))
                .limit(Limit.parse("concurrent 7 lease 30s").inShadow())
                .build();
        CounterState state = run(CounterState.ABSENT, new Acquire(KEY, first, 1, Deadline.NONE), NOW - 9);
        state = run(state, new Acquire(KEY, second, 1, "p1", Deadline.NONE), NOW - 5);
        state = run(state, new Reserve(KEY, second, 2, "r1", 1_000, Deadline.NONE), NOW - 4);
        state = run(state, new Refund(KEY, new Permit("p1", 1, 2, NOW - 5), Deadline.NONE), NOW - 3);
        return run(state, new Block(KEY, 2_000, Deadline.NONE), NOW);
    }

    private static CounterState run(CounterState state, CounterOperation operation, long time) {
        return CounterModel.step(
                        state, operation, policy -> CompiledPolicy.of(policy, ModelKey.SOURCE), time, Long.MAX_VALUE)
                .state();
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
