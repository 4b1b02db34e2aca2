package io.tickwire.compat.target;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the source tree is: child processes use the launcher's own files. */
public final class RepositoryRoot {

    private RepositoryRoot() {}

    /** Returns the nearest directory, from the working directory upwards, that holds the launcher's JVM flags. */
    public static Path find() {
        Path start = Path.of("").toAbsolutePath();
        for (Path path = start; path != null; path = path.getParent()) {
            if (Files.exists(path.resolve("broker-edge/src/main/launch/jvm.args"))) {
                return path;
            }
        }
        throw new TargetException("no source tree of Tickwire at or above " + start);
    }
}
