package dev.guard.hazelcast;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceAware;
import com.hazelcast.internal.serialization.Data;
import com.hazelcast.internal.serialization.impl.SerializationConstants;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import com.hazelcast.spi.merge.MergingEntry;
import com.hazelcast.spi.merge.MergingExpirationTime;
import com.hazelcast.spi.merge.MergingValue;
import com.hazelcast.spi.merge.SplitBrainMergePolicy;
import dev.guard.domain.CorruptStateException;
import dev.guard.domain.counter.CounterMerge;
import dev.guard.domain.counter.CounterState;
import dev.guard.domain.counter.CounterStateCodec;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a key that both sides of a split counted: {@link CounterMerge}. Where one of the values is none of guard's, or of a
 * release that this one cannot read, the one on the larger side stays as it is.
 *
 * <p>Hazelcast gives the merged entry the expiry of the smaller side's. Where that is too early, the entry's own is set right after
 * the merge.
 *
 * @param <T> what Hazelcast tells of an entry
 */
public final class LargerConsumption<T extends MergingEntry<Object, Object> & MergingExpirationTime>
        implements SplitBrainMergePolicy<Object, T, Object>, IdentifiedDataSerializable, HazelcastInstanceAware {

    private @Nullable HazelcastInstance instance;

    /** Called by Hazelcast. */
    public LargerConsumption() {}

    @Override
    public void setHazelcastInstance(HazelcastInstance instance) {
        this.instance = instance;
    }

    @Override
    public Object merge(T merging, @Nullable T existing) {
        if (existing == null) {
            return merging.getRawValue();
        }
        byte[] theirs = bytes(merging);
        byte[] ours = bytes(existing);
        if (theirs == null || ours == null) {
            return existing.getRawValue();
        }
        CounterState merged;
        try {
            merged = Arrays.equals(theirs, ours)
                    ? CounterStateCodec.decode(ours)
                    : CounterMerge.merged(CounterStateCodec.decode(ours), CounterStateCodec.decode(theirs));
        } catch (CorruptStateException e) {
            return existing.getRawValue();
        }
        if (merged.expiresAt() / 1_000 > merging.getExpirationTime()) {
            keep(merging.getKey());
        }
        return Arrays.equals(theirs, ours) ? existing.getRawValue() : CounterStateCodec.encode(merged);
    }

    /** The bytes of a value; null where it is something else, which is not deserialized. */
    private static byte @Nullable [] bytes(MergingValue<Object> value) {
        Object raw = value.getRawValue();
        if (raw instanceof Data data && data.getType() != SerializationConstants.CONSTANT_TYPE_BYTE_ARRAY) {
            return null;
        }
        return value.getDeserializedValue() instanceof byte[] bytes ? bytes : null;
    }

    /** Another thread asks for it, so that it comes after the merge, on whose thread this is. */
    private void keep(Object key) {
        HazelcastInstance member = instance;
        if (member != null) {
            var unused = CompletableFuture.runAsync(() ->
                    member.<String, byte[]>getMap(HazelcastBackend.MAP).submitToKey((String) key, new StateKeeper()));
        }
    }

    @Override
    public int getFactoryId() {
        return GuardSerialization.FACTORY_ID;
    }

    @Override
    public int getClassId() {
        return GuardSerialization.LARGER_CONSUMPTION;
    }

    @Override
    public void writeData(ObjectDataOutput out) {
        // It has no settings.
    }

    @Override
    public void readData(ObjectDataInput in) {
        // It has no settings.
    }
}
