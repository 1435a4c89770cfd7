package dev.guard.hazelcast;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceAware;
import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import dev.guard.domain.CorruptStateException;
import dev.guard.domain.Outcome;
import dev.guard.domain.counter.CounterModel;
import dev.guard.domain.counter.CounterState;
import dev.guard.domain.counter.CounterStateCodec;
import dev.guard.domain.counter.Step;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A command about one key, run by the member that owns it, on the thread of the key's partition: no other command on the key comes
 * between. It judges with {@link CounterModel}, writes what came of it once, at the end, or not at all, and answers with the bytes of a
 * {@link Reply}. Backups are given the bytes that were written.
 *
 * <p>For one call only. Where the caller is the owner the command is not serialized on its way.
 */
final class CommandProcessor
        implements EntryProcessor<String, byte[], byte[]>, IdentifiedDataSerializable, HazelcastInstanceAware {

    private static final long serialVersionUID = 1L;

    private transient @Nullable Command command;
    private transient byte @Nullable [] bytes;
    private transient @Nullable HazelcastInstance instance;

    private transient boolean written;
    private transient byte @Nullable [] after;
    private transient long secondsToLive;

    /** For deserialization. */
    CommandProcessor() {}

    CommandProcessor(Command command) {
        this.command = command;
    }

    @Override
    public void setHazelcastInstance(HazelcastInstance instance) {
        this.instance = instance;
    }

    @Override
    public byte[] process(Map.Entry<String, byte[]> entry) {
        written = false;
        MemberContext member = MemberContext.of(Objects.requireNonNull(instance, "instance"));
        try {
            return run(member, command == null ? decoded(member) : command, entry);
        } catch (CorruptStateException e) {
            return Reply.corrupt(e.detail());
        } catch (WireException e) {
            return Reply.notUnderstood(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            return Reply.failed(e);
        }
    }

    private Command decoded(MemberContext member) {
        return Command.decode(Objects.requireNonNull(bytes, "bytes"), member::policy);
    }

    private byte[] run(MemberContext member, Command command, Map.Entry<String, byte[]> entry) {
        int members = member.members();
        if (members < command.quorum()) {
            return Reply.split(members, command.quorum());
        }
        boolean injected = command.injectedMicros() != ClusterTime.NOT_INJECTED;
        long now = injected ? command.injectedMicros() : member.micros();
        if (command.asked().isEmpty()) {
            return new Reply(now, List.of()).encode();
        }
        SentPolicy policy = command.asked().get(0).policy();
        CounterState stored = StoredState.of(
                entry, policy == null ? List.of() : policy.compiled().policy().limits());
        CounterState state = stored;
        boolean changes = false;
        List<Outcome> outcomes = new ArrayList<>(command.asked().size());
        for (Asked asked : command.asked()) {
            Step step = CounterModel.step(state, asked.operation(), same -> asked.compiled(), now, asked.deadline());
            changes |= !step.leaves(state);
            state = step.state();
            outcomes.add(step.outcome());
        }
        byte[] reply = new Reply(now, outcomes).encode();
        if (changes && !(state.isAbsent() && stored.isAbsent())) {
            if (command.quorum() > 1 && !member.isBackedUp(entry)) {
                return Reply.withoutBackup();
            }
            write(entry, state, now, injected);
        }
        return reply;
    }

    private void write(Map.Entry<String, byte[]> entry, CounterState state, long now, boolean injected) {
        after = state.isAbsent() ? null : CounterStateCodec.encode(state);
        secondsToLive = state.isAbsent() ? 0 : StoredState.secondsToLive(state, now, injected);
        StoredState.set(entry, after, secondsToLive);
        written = true;
    }

    /** What backups do after {@link #process} has run; nothing where nothing was written. */
    @Override
    public @Nullable EntryProcessor<String, byte[], byte[]> getBackupProcessor() {
        return written ? backup() : null;
    }

    @SuppressWarnings("unchecked") // Nobody asks what a backup answers.
    private EntryProcessor<String, byte[], byte[]> backup() {
        return (EntryProcessor<String, byte[], byte[]>)
                (EntryProcessor<String, byte[], ?>) new StoredBytes(after, secondsToLive);
    }

    @Override
    public int getFactoryId() {
        return GuardSerialization.FACTORY_ID;
    }

    @Override
    public int getClassId() {
        return GuardSerialization.COMMAND;
    }

    @Override
    public void writeData(ObjectDataOutput out) throws IOException {
        out.writeByteArray(command == null ? bytes : command.encode());
    }

    @Override
    public void readData(ObjectDataInput in) throws IOException {
        bytes = in.readByteArray();
    }
}
