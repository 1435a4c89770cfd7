package dev.guard.server;

import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import java.util.List;

/**
 * The peers that may say who is limited: blocks of addresses, such as {@code 127.0.0.0/8}. Everybody else is limited by
 * the address that the connection comes from.
 */
final class TrustedCallers {

    /** The machine itself. */
    static final TrustedCallers LOOPBACK =
            new TrustedCallers(List.of(Block.parse("127.0.0.0/8"), Block.parse("::1/128")));

    private final List<Block> blocks;

    private TrustedCallers(List<Block> blocks) {
        this.blocks = blocks;
    }

    /**
     * The callers of some blocks, each an address in numbers and, after a slash, the length of its prefix.
     *
     * @throws IllegalArgumentException if a block is malformed; the message says what is wrong with it
     */
    static TrustedCallers of(List<String> blocks) {
        return new TrustedCallers(blocks.stream().map(Block::parse).toList());
    }

    /** Whether a peer is one of them; {@code address} is a literal. */
    boolean contain(String address) {
        byte[] bytes = InetAddresses.forString(address).getAddress();
        for (Block block : blocks) {
            if (block.contains(bytes)) {
                return true;
            }
        }
        return false;
    }

    /** The addresses that begin with the first {@code prefix} bits of {@code network}. */
    private static final class Block {
        private final byte[] network;
        private final int prefix;

        private Block(byte[] network, int prefix) {
            this.network = network;
            this.prefix = prefix;
        }

        static Block parse(String text) {
            int slash = text.indexOf('/');
            String literal = slash < 0 ? text : text.substring(0, slash);
            if (literal.indexOf('%') >= 0 || !InetAddresses.isInetAddress(literal)) {
                throw new IllegalArgumentException("'" + literal + "' is not an address in numbers");
            }
            InetAddress address = InetAddresses.forString(literal);
            byte[] network = address.getAddress();
            int bits = network.length * Byte.SIZE;
            int prefix = slash < 0 ? bits : prefix(text.substring(slash + 1), bits);
            for (int bit = prefix; bit < bits; bit++) {
                if (((network[bit / Byte.SIZE] >> (7 - bit % Byte.SIZE)) & 1) != 0) {
                    throw new IllegalArgumentException("'" + text + "' has bits beyond its prefix");
                }
            }
            return new Block(network, prefix);
        }

        private static int prefix(String digits, int most) {
            boolean wellFormed = !digits.isEmpty()
                    && digits.length() <= 3
                    && digits.chars().allMatch(c -> c >= '0' && c <= '9')
                    && (digits.length() == 1 || digits.charAt(0) != '0');
            int prefix = wellFormed ? Integer.parseInt(digits) : -1;
            if (prefix < 0 || prefix > most) {
                throw new IllegalArgumentException("'" + digits + "' is not a prefix length from 0 to " + most);
            }
            return prefix;
        }

        boolean contains(byte[] address) {
            if (address.length != network.length) {
                return false;
            }
            int whole = prefix / Byte.SIZE;
            for (int i = 0; i < whole; i++) {
                if (address[i] != network[i]) {
                    return false;
                }
            }
            int rest = prefix % Byte.SIZE;
            return rest == 0 || (address[whole] ^ network[whole]) >> (Byte.SIZE - rest) == 0;
        }
    }
}
