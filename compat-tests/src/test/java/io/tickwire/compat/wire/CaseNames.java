package io.tickwire.compat.wire;

import java.nio.charset.StandardCharsets;

/**
 * The names that a case is about: of what its script has made, and those in its request.
 *
 * @param own what the script calls its topic, its group and its transactional id; empty without a script
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record CaseNames(String own, byte[] request) {

    /** Says whether the text is the script's own name, or is in the request as a string of the protocol. */
    boolean has(String text) {
        if (text.isEmpty()) {
            return false;
        }
        String bytes = new String(request, StandardCharsets.ISO_8859_1);
        String sought = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        int length = sought.length();
        // A string is preceded by its length as an int16, a compact one by its length and one as a varint.
        String plain = new String(new char[] {(char) (length >> 8), (char) (length & 0xff)}) + sought;
        return text.equals(own) || bytes.contains(plain) || bytes.contains(compact(length + 1) + sought);
    }

    private static String compact(int number) {
        StringBuilder varint = new StringBuilder();
        int left = number;
        for (; left > 0x7f; left >>>= 7) {
            varint.append((char) ((left & 0x7f) | 0x80));
        }
        return varint.append((char) left).toString();
    }
}
