package dev.guard.redis.lettuce;

import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.redis.RedisConnectionException;
import dev.guard.redis.RedisErrorReply;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.buffer.ByteBuf;
import io.netty.util.Timeout;
import io.netty.util.Timer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A command on its way. It is written to a connection once, whatever the client's options say: Lettuce leaves out commands that are
 * done when it repeats those of a broken connection, so a call says that it is done as soon as it was written; and where it is written
 * a second time nevertheless, it refuses. Only a redirection, which tells that the server did nothing, lets it be written anew.
 */
final class Call implements RedisCommand<byte[], byte[], @Nullable Object> {

    private static final byte[] EVALSHA = "EVALSHA".getBytes(StandardCharsets.US_ASCII);

    private final Ledger ledger;
    private final byte @Nullable [] key;
    private final byte[][] parts;
    private final Reply reply = new Redirectable();
    private final Answer answer = new Answer();

    private volatile boolean written;
    private volatile @Nullable Timeout timeout;
    private volatile @Nullable RedisCommand<?, ?, ?> carrier;

    /** What a call tells of its end, and asks. */
    interface Ledger {

        /** What a client's problem is to who called. */
        Throwable failure(Throwable problem, Call call);

        /** The server answered with an error. */
        void refused(RedisErrorReply error);

        /** There is an answer. Called once. */
        void ended(Call call);
    }

    /**
     * Makes one.
     *
     * @param ledger whom to tell when it is answered
     * @param key what decides on the server; null where the server is known
     * @param parts the command
     */
    Call(Ledger ledger, byte @Nullable [] key, byte[][] parts) {
        this.ledger = ledger;
        this.key = key;
        this.parts = parts;
    }

    /** The answer, exactly one. Completed on the thread that read it, or that found out that there is none. */
    CompletableFuture<@Nullable Object> answer() {
        return answer;
    }

    /** Ends the call after a while, if nothing else does. */
    void endAfter(Timer timer, Duration patience) {
        timeout = timer.newTimeout(over -> timedOut(patience), patience.toNanos(), TimeUnit.NANOSECONDS);
        if (answer.isDone()) {
            stopWaiting();
        }
    }

    /** Ends the call for want of an answer. */
    void timedOut(Duration patience) {
        answer.completeExceptionally(new RedisConnectionException(
                Reason.TIMEOUT, true, "no answer to " + getType() + " within " + patience.toMillis() + " ms", null));
    }

    /** Ends the call as nobody waits for it any more. */
    void interrupted(InterruptedException cause) {
        answer.completeExceptionally(new RedisConnectionException(
                Reason.INTERRUPTED, true, "interrupted while waiting for an answer to " + getType(), cause));
    }

    private void stopWaiting() {
        Timeout pending = timeout;
        if (pending != null) {
            pending.cancel();
        }
    }

    /** Notes what the client wrapped around it: what follows a cluster's redirections, until somebody tells it to stop. */
    void carriedBy(RedisCommand<?, ?, ?> wrapped) {
        carrier = wrapped;
        if (answer.isDone()) {
            stopFollowing();
        }
    }

    private void stopFollowing() {
        RedisCommand<?, ?, ?> wrapped = carrier;
        if (wrapped != null && wrapped != this) {
            wrapped.completeExceptionally(new CancellationException("answered already"));
        }
    }

    /** Whether the server may have seen it. */
    boolean mayHaveBeenWritten() {
        return written;
    }

    @Override
    public void encode(ByteBuf buffer) {
        if (written) {
            throw new IllegalStateException(getType() + " was written once, and is never written twice");
        }
        written = true;
        buffer.writeByte('*');
        writeNumber(buffer, parts.length);
        for (byte[] part : parts) {
            buffer.writeByte('$');
            writeNumber(buffer, part.length);
            buffer.writeBytes(part);
            buffer.writeByte('\r').writeByte('\n');
        }
    }

    private static void writeNumber(ByteBuf buffer, int number) {
        int divisor = 1;
        while (number / divisor >= 10) {
            divisor *= 10;
        }
        for (; divisor > 0; divisor /= 10) {
            buffer.writeByte('0' + number / divisor % 10);
        }
        buffer.writeByte('\r').writeByte('\n');
    }

    @Override
    public void complete() {
        String error = reply.getError();
        if (error == null) {
            answer.complete(reply.get());
        } else {
            RedisErrorReply refusal = new RedisErrorReply(error);
            answer.completeExceptionally(refusal);
            ledger.refused(refusal);
        }
    }

    @Override
    public boolean completeExceptionally(Throwable problem) {
        return !answer.isDone() && answer.completeExceptionally(ledger.failure(problem, this));
    }

    @Override
    public void cancel() {
        completeExceptionally(new IllegalStateException("the connection is closed"));
    }

    @Override
    public boolean isCancelled() {
        return answer.isCancelled();
    }

    /** Whether there is no more to write: it was written, or nobody waits for it any more. */
    @Override
    public boolean isDone() {
        return written || answer.isDone();
    }

    @Override
    public CommandOutput<byte[], byte[], @Nullable Object> getOutput() {
        return reply;
    }

    @Override
    public void setOutput(CommandOutput<byte[], byte[], @Nullable Object> output) {
        throw new UnsupportedOperationException("a call has its own output");
    }

    /** The key alone: it is what a cluster's client looks for. What is written are the {@code parts}. */
    @Override
    public CommandArgs<byte[], byte[]> getArgs() {
        CommandArgs<byte[], byte[]> arguments = new CommandArgs<>(ByteArrayCodec.INSTANCE);
        return key == null ? arguments : arguments.addKey(key);
    }

    @Override
    public ProtocolKeyword getType() {
        return Arrays.equals(parts[0], EVALSHA) ? CommandType.EVALSHA : new Name(parts[0]);
    }

    /** Names the command; its arguments are the application's. */
    @Override
    public String toString() {
        return getType().toString();
    }

    /** A reply that is cleared when a cluster's client goes to the server that a redirection names. */
    private final class Redirectable extends Reply {

        @Override
        public void setError(@Nullable String message) {
            if (message == null) {
                written = false;
            }
            super.setError(message);
        }
    }

    /** Tells the driver when there is an answer, whoever gave it, the caller's own cancelling included. */
    private final class Answer extends CompletableFuture<@Nullable Object> {

        @Override
        public boolean complete(@Nullable Object value) {
            return ended(super.complete(value));
        }

        @Override
        public boolean completeExceptionally(Throwable problem) {
            return ended(super.completeExceptionally(problem));
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            // The same as what CompletableFuture does, but seen by the method above.
            return completeExceptionally(new CancellationException("cancelled by the caller")) || isCancelled();
        }

        private boolean ended(boolean byThis) {
            if (byThis) {
                stopWaiting();
                stopFollowing();
                ledger.ended(Call.this);
            }
            return byThis;
        }
    }

    /** The name of a command that has no constant here. */
    private static final class Name implements ProtocolKeyword {

        private final byte[] bytes;

        Name(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public byte[] getBytes() {
            return bytes;
        }

        @Override
        public String toString() {
            return new String(bytes, StandardCharsets.US_ASCII);
        }
    }
}
