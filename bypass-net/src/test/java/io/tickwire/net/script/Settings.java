package io.tickwire.net.script;

import java.lang.reflect.Field;

/** Sets fields and reads counters by name; times ending in Ns are given in milliseconds. */
final class Settings {

    private Settings() {}

    static void set(Object target, String name, String value) {
        try {
            final Field direct = find(target, name);
            final Field field = direct != null ? direct : target.getClass().getField(name + "Ns");
            if (direct == null) {
                field.setLong(target, Long.parseLong(value) * 1_000_000);
            } else if (field.getType() == boolean.class) {
                field.setBoolean(target, Boolean.parseBoolean(value));
            } else if (field.getType() == int.class) {
                field.setInt(target, Integer.parseInt(value));
            } else {
                for (final Object constant : field.getType().getEnumConstants()) {
                    if (constant.toString().equals(value)) {
                        field.set(target, constant);
                        return;
                    }
                }
                throw new IllegalArgumentException("no constant " + value);
            }
        } catch (ReflectiveOperationException unknown) {
            throw new IllegalArgumentException("no setting " + name, unknown);
        }
    }

    private static Field find(Object target, String name) {
        for (final Field field : target.getClass().getFields()) {
            if (field.getName().equals(name)) {
                return field;
            }
        }
        return null;
    }

    static long counter(Object counters, String name) {
        try {
            return counters.getClass().getField(name).getLong(counters);
        } catch (ReflectiveOperationException unknown) {
            throw new IllegalArgumentException("no counter " + name, unknown);
        }
    }
}
