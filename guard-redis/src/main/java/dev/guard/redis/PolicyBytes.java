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
import org.jspecify.annotations.Nullable;

/** A policy as scripts take it, made once. */
final class PolicyBytes {

    /** The units of calendars; their places stand for them in the bytes. */
    static final List<CalendarPeriod.Unit> UNITS = List.of(
            CalendarPeriod.Unit.DAY, CalendarPeriod.Unit.WEEK, CalendarPeriod.Unit.MONTH, CalendarPeriod.Unit.YEAR);

    private static final int SHADOW = 0x80;

    private final CompiledPolicy compiled;
    private final byte[] noted;
    private final byte[] argument;
    private final byte[] argumentWithSubject;
    private final List<CalendarPeriod> calendars;
    private final @Nullable RedisScript plainScript;

    PolicyBytes(CompiledPolicy compiled) {
        this.compiled = compiled;
        Policy policy = compiled.policy();
        this.noted = noted(policy);
        List<CalendarPeriod> periods = new ArrayList<>();
        for (Limit limit : policy.limits()) {
            CalendarPeriod calendar = limit.numbers().calendar();
            if (calendar != null && !periods.contains(calendar)) {
                periods.add(calendar);
            }
        }
        this.calendars = List.copyOf(periods);
        this.plainScript = PlainScripts.of(policy).orElse(null);
        byte[] plainNumbers = plainScript == null ? new byte[0] : PlainScripts.numbers(policy);
        this.argument = argument(policy, StoredValue.head(0, noted), plainNumbers);
        this.argumentWithSubject = argument(policy, StoredValue.head(StoredValue.SUBJECT, noted), plainNumbers);
    }

    private static byte[] argument(Policy policy, byte[] head, byte[] plainNumbers) {
        return new ByteWriter(6 + head.length + plainNumbers.length + Double.BYTES)
                .block(head)
                .block(plainNumbers)
                .octet(policy.isShadow() ? 1 : 0)
                .octet(code(policy.carry()))
                .number(policy.blockOnExcessMicros())
                .toBytes();
    }

    CompiledPolicy compiled() {
        return compiled;
    }

    /** What a value notes of the policy that it is counted under. */
    byte[] noted() {
        return noted;
    }

    /** The policy as scripts take it. */
    byte[] argument(boolean showsSubject) {
        return showsSubject ? argumentWithSubject : argument;
    }

    /** The calendars whose windows the script has to be told. */
    List<CalendarPeriod> calendars() {
        return calendars;
    }

    /** The script that is written out for the policy; null where there is none. */
    @Nullable
    RedisScript plainScript() {
        return plainScript;
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
                    .scaled(numbers.capacity())
                    .scaled(numbers.permits())
                    .scaled(numbers.period())
                    .scaled(numbers.tick())
                    .scaled(numbers.unitsPerTick())
                    .scaled(numbers.unitsPerPermit())
                    .scaled(numbers.maxDebt());
            if (numbers.calendar() != null) {
                out.text(name(numbers.calendar()));
            }
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
