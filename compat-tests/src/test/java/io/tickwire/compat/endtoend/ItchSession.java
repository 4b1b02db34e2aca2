package io.tickwire.compat.endtoend;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A made-up ITCH 5.0 session: start of day, a stock directory, orders and trades; the same messages for the same seed. */
final class ItchSession {

    private static final int STOCKS = 20;

    private final List<byte[]> messages = new ArrayList<>();

    ItchSession(int count, long seed) {
        Random random = new Random(seed);
        messages.add(message('S', 12, 0, random));
        for (int stock = 1; stock <= STOCKS; stock++) {
            byte[] directory = message('R', 39, stock, random);
            byte[] symbol = String.format("SYM%-5d", stock).getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(symbol, 0, directory, 11, 8);
            messages.add(directory);
        }
        char[] types = {'A', 'D', 'E', 'P', 'X', 'U'};
        int[] lengths = {36, 19, 31, 44, 23, 35};
        while (messages.size() < count) {
            int kind = random.nextInt(types.length);
            messages.add(message(types[kind], lengths[kind], 1 + random.nextInt(STOCKS), random));
        }
    }

    private static byte[] message(char type, int length, int stock, Random random) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        ByteBuffer.wrap(bytes).put((byte) type).putShort((short) stock);
        return bytes;
    }

    List<byte[]> messages() {
        return messages;
    }

    /** Writes BinaryFILE: each message after its length in two bytes. */
    void write(Path file) throws IOException {
        Files.write(file, binaryFile());
    }

    byte[] binaryFile() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] message : messages) {
            out.write(message.length >> 8);
            out.write(message.length);
            out.writeBytes(message);
        }
        return out.toByteArray();
    }

    byte[] concatenated() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        messages.forEach(out::writeBytes);
        return out.toByteArray();
    }
}
