package dev.guard.bench.memory;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/**
 * Distinct subjects of 15 characters that look like IPv4 addresses, the same in every run.
 *
 * <p>The strings are made in one order, and handed out for insertion in another one, so that no contestant profits from
 * finding things side by side in memory.
 */
public final class Subjects {

    static final int LENGTH = 15;

    private final byte[] characters;
    private final int count;

    /** That many of them. */
    public Subjects(int count) {
        this.count = count;
        this.characters = new byte[count * LENGTH];
        int[] order = shuffled(count, 1);
        for (int i = 0; i < count; i++) {
            // A bijection of 32 bits: distinct, and without a pattern in its digits.
            int address = Integer.reverse((order[i] + 1) * 0x9E3779B1) * 0x85EBCA6B;
            for (int octet = 0; octet < 4; octet++) {
                int value = (address >>> (24 - 8 * octet)) & 255;
                int at = i * LENGTH + 4 * octet;
                characters[at] = (byte) ('0' + value / 100);
                characters[at + 1] = (byte) ('0' + value / 10 % 10);
                characters[at + 2] = (byte) ('0' + value % 10);
                if (octet < 3) {
                    characters[at + 3] = '.';
                }
            }
        }
    }

    /** A new string of the subject at {@code index}; its hash is not known yet. */
    public String fresh(int index) {
        return new String(characters, index * LENGTH, LENGTH, StandardCharsets.ISO_8859_1);
    }

    /** Strings of all subjects, made in the order of their indexes. */
    public String[] all() {
        String[] all = new String[count];
        Arrays.setAll(all, this::fresh);
        return all;
    }

    /** The numbers from 0 to {@code count} − 1 in an order that depends on nothing but the seed. */
    static int[] shuffled(int count, long seed) {
        int[] numbers = new int[count];
        Arrays.setAll(numbers, i -> i);
        Random random = new Random(seed);
        for (int i = count - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = numbers[i];
            numbers[i] = numbers[j];
            numbers[j] = swapped;
        }
        return numbers;
    }
}
