package io.tickwire.net.sim;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;

/** Prints the counters that are not zero. */
public final class Counters {

    private Counters() {}

    public static String nonZero(Object counters) {
        final StringBuilder text = new StringBuilder();
        for (final Field field : counters.getClass().getFields()) {
            try {
                if (!Modifier.isStatic(field.getModifiers()) && field.getLong(counters) != 0) {
                    text.append(field.getName())
                            .append('=')
                            .append(field.getLong(counters))
                            .append(' ');
                }
            } catch (IllegalAccessException inaccessible) {
                throw new AssertionError(inaccessible);
            }
        }
        return text.toString();
    }
}
