package io.tickwire.edge.launch.feed;

import io.tickwire.edge.shm.SharedRecord;
import io.tickwire.edge.shm.SubscriptionHandler;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;

/** Writes records to standard output in one of several forms; gaps always go to standard error as well, so that none is silent. */
final class RecordPrinter implements SubscriptionHandler {
    /** How a record is written. */
    enum Format {
        /** One line: offset, feed sequence, key, value in hexadecimal. */
        HEX,
        /** One JSON object a line; key and value base64. */
        JSON,
        /** The values' bytes, nothing between them. */
        RAW,
        /** BinaryFILE: each value after its 2-byte big-endian length. */
        ITCH,
        /** Nothing but the figures. */
        STATS
    }

    private final Format format;
    private final OutputStream out;
    private final PrintStream err;
    private final LatencyRecorder latency;
    private byte[] bytes = new byte[4096];

    RecordPrinter(final Format format, final PrintStream out, final PrintStream err, final LatencyRecorder latency) {
        this.format = format;
        this.out = new BufferedOutputStream(out, 1 << 16);
        this.err = err;
        this.latency = latency;
    }

    @Override
    public void onRecord(final SharedRecord record) {
        latency.onRecord(record);
        try {
            switch (format) {
                case HEX -> write(hexLine(record));
                case JSON -> write(jsonLine(record));
                case RAW -> writeValue(record);
                case ITCH -> {
                    out.write(record.valueLength() >> 8);
                    out.write(record.valueLength());
                    writeValue(record);
                }
                case STATS -> {}
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(final String line) throws IOException {
        out.write(line.getBytes(StandardCharsets.UTF_8));
    }

    private void writeValue(final SharedRecord record) throws IOException {
        final int length = record.valueLength();
        if (bytes.length < length) {
            bytes = new byte[length];
        }
        record.buffer().getBytes(record.valueIndex(), bytes, 0, length);
        out.write(bytes, 0, length);
    }

    private static byte[] copy(final SharedRecord record, final int index, final int length) {
        final byte[] copy = new byte[length];
        record.buffer().getBytes(index, copy);
        return copy;
    }

    private static String hexLine(final SharedRecord record) {
        final String key = record.hasKey() ? printable(copy(record, record.keyIndex(), record.keyLength())) : "-";
        final String value = record.hasValue()
                ? HexFormat.of().formatHex(copy(record, record.valueIndex(), record.valueLength()))
                : "-";
        return String.format(Locale.ROOT, "%d %d %s %s%n", record.offset(), record.feedSequence(), key, value);
    }

    private static String printable(final byte[] key) {
        for (final byte b : key) {
            if (b < 0x20 || b > 0x7e) {
                return "0x" + HexFormat.of().formatHex(key);
            }
        }
        return new String(key, StandardCharsets.US_ASCII).strip();
    }

    private static String jsonLine(final SharedRecord record) {
        return String.format(
                Locale.ROOT,
                "{\"offset\":%d,\"sequence\":%d,\"exchangeNs\":%d,\"receiveNs\":%d,\"ingressNs\":%d,\"publishNs\":%d,\"key\":%s,\"value\":%s}%n",
                record.offset(),
                record.feedSequence(),
                record.exchangeNs(),
                record.receiveNs(),
                record.ingressNs(),
                record.publishNs(),
                record.hasKey() ? base64(copy(record, record.keyIndex(), record.keyLength())) : "null",
                record.hasValue() ? base64(copy(record, record.valueIndex(), record.valueLength())) : "null");
    }

    private static String base64(final byte[] data) {
        return '"' + Base64.getEncoder().encodeToString(data) + '"';
    }

    @Override
    public void onGap(final long firstMissing, final long nextOffset, final GapCause cause) {
        err.printf(
                Locale.ROOT,
                "GAP offsets %d to %d missing (%s), going on at %d%n",
                firstMissing,
                Math.max(firstMissing, nextOffset - 1),
                cause,
                nextOffset);
        err.flush();
        if (format == Format.JSON) {
            try {
                write(String.format(
                        Locale.ROOT,
                        "{\"gapFrom\":%d,\"gapTo\":%d,\"cause\":\"%s\"}%n",
                        firstMissing,
                        nextOffset,
                        cause));
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    void flush() {
        try {
            out.flush();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
