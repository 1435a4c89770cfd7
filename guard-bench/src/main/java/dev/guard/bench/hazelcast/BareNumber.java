package dev.guard.bench.hazelcast;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.util.Map;

/** What a backup does after a {@link BareProcessor}: it takes the number over. */
final class BareNumber implements EntryProcessor<String, Long, Boolean>, IdentifiedDataSerializable {

    private static final long serialVersionUID = 1L;

    private long number;
    private long secondsToLive;

    /** For deserialization. */
    BareNumber() {}

    BareNumber(long number, long secondsToLive) {
        this.number = number;
        this.secondsToLive = secondsToLive;
    }

    @Override
    public Boolean process(Map.Entry<String, Long> entry) {
        BareProcessor.set(entry, number, secondsToLive);
        return true;
    }

    @Override
    public int getFactoryId() {
        return BareSerialization.FACTORY_ID;
    }

    @Override
    public int getClassId() {
        return BareSerialization.NUMBER;
    }

    @Override
    public void writeData(ObjectDataOutput out) throws IOException {
        out.writeLong(number);
        out.writeLong(secondsToLive);
    }

    @Override
    public void readData(ObjectDataInput in) throws IOException {
        number = in.readLong();
        secondsToLive = in.readLong();
    }
}
