package dev.guard.hazelcast;

import com.hazelcast.internal.serialization.DataSerializerHook;
import com.hazelcast.nio.serialization.DataSerializableFactory;

/**
 * Tells Hazelcast how what guard sends is made again from bytes. Hazelcast finds it by itself on the class path of every member and
 * client, so that an instance that was not made by guard needs no setting for it.
 */
public final class GuardSerialization implements DataSerializerHook {

    /** The number under which guard's classes are known; no other library of the application may use it. */
    public static final int FACTORY_ID = 0x6775_6172;

    static final int COMMAND = 1;
    static final int STORED_BYTES = 2;
    static final int KEYS_OF_POLICY = 3;
    static final int LARGER_CONSUMPTION = 4;
    static final int STATE_KEEPER = 5;

    /** Called by Hazelcast. */
    public GuardSerialization() {}

    @Override
    public int getFactoryId() {
        return FACTORY_ID;
    }

    @Override
    public DataSerializableFactory createFactory() {
        return id -> switch (id) {
            case COMMAND -> new CommandProcessor();
            case STORED_BYTES -> new StoredBytes();
            case KEYS_OF_POLICY -> new KeysOfPolicy();
            case LARGER_CONSUMPTION -> new LargerConsumption<>();
            case STATE_KEEPER -> new StateKeeper();
            default ->
                throw new IllegalArgumentException(
                        "class " + id + " of guard's is not known to this release, expected 1 to 5");
        };
    }
}
