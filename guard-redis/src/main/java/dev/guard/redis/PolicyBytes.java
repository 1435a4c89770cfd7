package dev.guard.redis;

import dev.guard.domain.CalendarPeriod;
import dev.guard.domain.Carry;
import dev.guard.domain.Limit;
import dev.guard.domain.LimitNumbers;
import dev.guard.domain.Policy;
import dev.guard.domain.counter.CompiledPolicy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A policy as scripts take it, made once. */
final class PolicyBytes {

    /** The units of calendars; their places stand for them in the bytes. */
    static final List<CalendarPeriod.Unit> UNITS = List.of(
            CalendarPeriod.Unit.DAY, CalendarPeriod.Unit.WEEK, CalendarPeriod.Unit.MONTH, CalendarPeriod.Unit.YEAR);

    private static final int SHADOW = 0x80;

    private final CompiledPolicy compiled;
    private final byte[] noted;
    private final byte[] head;
    private final byte[] numbers;
    private final List<CalendarPeriod> calendars;

    PolicyBytes(CompiledPolicy compiled) {
        this.compiled = compiled;
        Policy policy = compiled.policy();
        this.noted = noted(policy);
        this.head = StoredValue.head(0, noted);
        this.numbers = numbers(policy);
        List<CalendarPeriod> periods = new ArrayList<>();
        for (Limit limit : policy.limits()) {
            CalendarPeriod calendar = limit.numbers().calendar();
            if (calendar != null && !periods.contains(calendar)) {
                periods.add(calendar);
            }
        }
        this.calendars = List.copyOf(periods);
    }

    CompiledPolicy compiled() {
        return compiled;
    }

    /** What a value notes of the policy that it is counted under. */
    byte[] noted() {
        return noted;
    }

    /** How a value begins that is counted under the policy, and of which nothing special is remembered. */
    byte[] head() {
        return head;
    }

    /** The numbers that the script calculates with. */
    byte[] numbers() {
        return numbers;
    }

    /** The calendars whose windows the script has to be told. */
    List<CalendarPeriod> calendars() {
        return calendars;
    }

    /** The name of a calendar within a value: its unit, the first day of its weeks, and its zone. */
    static byte[] name(CalendarPeriod calendar) {
        byte[] zone = calendar.zone().getId().getBytes(StandardCharsets.US_ASCII);
        return new ByteWriter(2 + zone.length)
                .octet(UNITS.indexOf(calendar.unit()))
                .octet(calendar.weekStart().getValue())
                .bytes(zone)
                .toBytes();
    }

    private static byte[] noted(Policy policy) {
        ByteWriter out = new ByteWriter(32);
        out.varint(policy.version()).varint(policy.limits().size());
        for (Limit limit : policy.limits()) {
            LimitNumbers numbers = limit.numbers();
            out.octet(numbers.algorithm().code() | (limit.isShadow() ? SHADOW : 0))
                    .varint(numbers.capacity())
                    .varint(numbers.permits())
                    .varint(numbers.period())
                    .varint(numbers.tick())
                    .varint(numbers.unitsPerTick())
                    .varint(numbers.unitsPerPermit())
                    .varint(numbers.maxDebt());
            if (numbers.calendar() != null) {
                out.text(name(numbers.calendar()));
            }
        }
        return out.toBytes();
    }

    private static byte[] numbers(Policy policy) {
        ByteWriter out = new ByteWriter(32 + 64 * policy.limits().size());
        out.octet(policy.isShadow() ? 1 : 0)
                .octet(code(policy.carry()))
                .number(policy.version())
                .number(policy.blockOnExcessMicros())
                .pair(policy.limits().size());
        for (Limit limit : policy.limits()) {
            LimitNumbers numbers = limit.numbers();
            CalendarPeriod calendar = numbers.calendar();
            out.octet(numbers.algorithm().code())
                    .octet(limit.isShadow() ? 1 : 0)
                    .number(numbers.capacity())
                    .number(numbers.permits())
                    .number(numbers.period())
                    .number(numbers.tick())
                    .number(numbers.unitsPerTick())
                    .number(numbers.unitsPerPermit())
                    .number(numbers.maxDebt())
                    .text(calendar == null ? new byte[0] : name(Objects.requireNonNull(calendar)));
        }
        return out.toBytes();
    }

    private static int code(Carry carry) {
        return switch (carry) {
            case AS_IS -> 0;
            case ADDITIVE -> 1;
            case PROPORTIONAL -> 2;
            case RESET -> 3;
        };
    }
}
