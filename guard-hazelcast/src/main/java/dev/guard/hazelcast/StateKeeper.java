package dev.guard.hazelcast;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceAware;
import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import dev.guard.domain.CorruptStateException;
import dev.guard.domain.counter.CounterState;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Lets an entry live as long as its state counts, and leaves the state as it is. */
final class StateKeeper
        implements EntryProcessor<String, byte[], Object>, IdentifiedDataSerializable, HazelcastInstanceAware {

    private static final long serialVersionUID = 1L;

    private transient @Nullable HazelcastInstance instance;
    private transient @Nullable StoredBytes backup;

    @Override
    public void setHazelcastInstance(HazelcastInstance instance) {
        this.instance = instance;
    }

    @Override
    public @Nullable Object process(Map.Entry<String, byte[]> entry) {
        backup = null;
        try {
            CounterState state = StoredState.of(entry, List.of());
            if (!state.isAbsent()) {
                long now = MemberContext.of(Objects.requireNonNull(instance, "instance"))
                        .micros();
                byte[] bytes = entry.getValue();
                long secondsToLive = StoredState.secondsToLive(state, now, false);
                StoredState.set(entry, bytes, secondsToLive);
                backup = new StoredBytes(bytes, secondsToLive);
            }
        } catch (CorruptStateException e) {
            // It is not guard's to keep.
        }
        return null;
    }

    @Override
    public @Nullable EntryProcessor<String, byte[], Object> getBackupProcessor() {
        return backup;
    }

    @Override
    public int getFactoryId() {
        return GuardSerialization.FACTORY_ID;
    }

    @Override
    public int getClassId() {
        return GuardSerialization.STATE_KEEPER;
    }

    @Override
    public void writeData(ObjectDataOutput out) {
        // It says nothing but what it is.
    }

    @Override
    public void readData(ObjectDataInput in) {
        // It says nothing but what it is.
    }
}
