package dev.guard.hazelcast;

import com.hazelcast.internal.serialization.Data;
import com.hazelcast.internal.serialization.impl.SerializationConstants;
import com.hazelcast.map.ExtendedMapEntry;
import com.hazelcast.query.impl.QueryableEntry;
import dev.guard.domain.CorruptStateException;
import dev.guard.domain.Limit;
import dev.guard.domain.Micros;
import dev.guard.domain.counter.CounterState;
import dev.guard.domain.counter.CounterStateCodec;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What an entry of guard's map holds: the bytes of {@link CounterStateCodec}, as a plain byte array. */
final class StoredState {

    /** How long an entry is kept under an injected time, which says nothing of when it is over. */
    private static final long SECONDS_INJECTED = 3_600;

    /** Hazelcast rounds the time of a write and that of the expiry down to whole seconds. */
    private static final long SECONDS_ROUNDED = 2;

    private StoredState() {}

    /**
     * The state of an entry; absent where there is no value. A value that is no byte array is recognized by its type, and neither
     * deserialized nor touched.
     *
     * @param likely the limits that are probably counted
     * @throws CorruptStateException if the value is none of guard's
     */
    static CounterState of(Map.Entry<String, byte[]> entry, List<Limit> likely) {
        if (entry instanceof QueryableEntry<?, ?> lazy) {
            Object data = lazy.getValueData();
            if (data == null) {
                return CounterState.ABSENT;
            }
            if (((Data) data).getType() != SerializationConstants.CONSTANT_TYPE_BYTE_ARRAY) {
                throw new CorruptStateException("the value of a key is of Hazelcast's type " + ((Data) data).getType()
                        + ", expected " + SerializationConstants.CONSTANT_TYPE_BYTE_ARRAY
                        + ", the bytes that guard wrote; it was not deserialized");
            }
        }
        byte[] bytes = entry.getValue();
        return bytes == null ? CounterState.ABSENT : CounterStateCodec.decode(bytes, likely);
    }

    /** For how long Hazelcast is to keep a state, in seconds: as long as it counts, rounded up. */
    static long secondsToLive(CounterState state, long now, boolean injected) {
        return injected
                ? SECONDS_INJECTED
                : Micros.ceilDiv(Math.max(0, state.expiresAt() - now), 1_000_000) + SECONDS_ROUNDED;
    }

    /** Replaces the value, or removes the entry. */
    static void set(Map.Entry<String, byte[]> entry, byte @Nullable [] bytes, long secondsToLive) {
        ExtendedMapEntry<String, byte[]> extended = (ExtendedMapEntry<String, byte[]>) entry;
        if (bytes == null) {
            remove(extended);
        } else {
            extended.setValue(bytes, secondsToLive, TimeUnit.SECONDS);
        }
    }

    @SuppressWarnings("NullAway") // A value of null is how an entry processor removes its entry.
    private static void remove(ExtendedMapEntry<String, byte[]> entry) {
        entry.setValue(null);
    }
}
