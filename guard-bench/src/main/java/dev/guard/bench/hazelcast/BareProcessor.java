package dev.guard.bench.hazelcast;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.map.ExtendedMapEntry;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The least that a limit in Hazelcast can cost: the generic cell rate algorithm by the member's wall clock, one number a key, yes or
 * no. A backup is given the number; a denial writes nothing. For one call only.
 */
final class BareProcessor implements EntryProcessor<String, Long, Boolean>, IdentifiedDataSerializable {

    private static final long serialVersionUID = 1L;

    private long microsPerPermit;
    private long mostMicros;

    private transient @Nullable BareNumber backup;

    /** For deserialization. */
    BareProcessor() {}

    /**
     * Asks for a permit.
     *
     * @param mostMicros from empty to full
     */
    BareProcessor(long microsPerPermit, long mostMicros) {
        this.microsPerPermit = microsPerPermit;
        this.mostMicros = mostMicros;
    }

    @Override
    public Boolean process(Map.Entry<String, Long> entry) {
        backup = null;
        long now = 1_000 * System.currentTimeMillis();
        Long stored = entry.getValue();
        long full = (stored == null ? now : Math.max(stored, now)) + microsPerPermit;
        if (full - now > mostMicros) {
            return false;
        }
        long secondsToLive = (full - now) / 1_000_000 + 1;
        set(entry, full, secondsToLive);
        backup = new BareNumber(full, secondsToLive);
        return true;
    }

    static void set(Map.Entry<String, Long> entry, long number, long secondsToLive) {
        ((ExtendedMapEntry<String, Long>) entry).setValue(number, secondsToLive, TimeUnit.SECONDS);
    }

    @Override
    public @Nullable EntryProcessor<String, Long, Boolean> getBackupProcessor() {
        return backup;
    }

    @Override
    public int getFactoryId() {
        return BareSerialization.FACTORY_ID;
    }

    @Override
    public int getClassId() {
        return BareSerialization.PROCESSOR;
    }

    @Override
    public void writeData(ObjectDataOutput out) throws IOException {
        out.writeLong(microsPerPermit);
        out.writeLong(mostMicros);
    }

    @Override
    public void readData(ObjectDataInput in) throws IOException {
        microsPerPermit = in.readLong();
        mostMicros = in.readLong();
    }
}
