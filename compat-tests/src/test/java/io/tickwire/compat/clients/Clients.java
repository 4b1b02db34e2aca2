package io.tickwire.compat.clients;

import io.tickwire.compat.target.RepositoryRoot;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Where the clients' programs are and how each is started. */
final class Clients {

    /** Programs that are started as they are; see src/test/clients. */
    private static final Path SOURCES = RepositoryRoot.find().resolve("compat-tests/src/test/clients");

    private static final Path TARGET = RepositoryRoot.find().resolve("compat-tests/target");
    private static final long INSTALL_TIMEOUT_S = 180;

    /** Says that clients are to be run too whose native part must be compiled first, which takes minutes. */
    private static final boolean NATIVE = Boolean.getBoolean("compat.clients.native");

    private static final long COMPILE_TIMEOUT_S = 900;

    /**
     * A client.
     *
     * @param name with its version
     * @param command the program without its arguments, which are the broker's address and a prefix for names
     * @param missing what this machine lacks for it, or null
     * @param isOnDemand whether it is run only where that is asked for
     */
    record Client(String name, List<String> command, String missing, boolean isOnDemand) {

        Client(String name, List<String> command, String missing) {
            this(name, command, missing, false);
        }
    }

    private Clients() {}

    static List<Client> all() {
        List<Client> clients = new ArrayList<>();
        clients.add(onPath(
                "kcat", "kcat", List.of(SOURCES.resolve("kcat/features.sh").toString())));
        clients.add(python("confluent-kafka (Python)", "confluent_kafka", "confluent.py"));
        clients.add(python("kafka-python", "kafka", "kafka_python.py"));
        clients.addAll(node());
        clients.add(nativeNode());
        for (String version : List.of("2.8.2", "3.3.2", "3.9.1")) {
            clients.add(java(
                    "kafka-clients " + version, TARGET.resolve("older-clients/kafka-clients-" + version + ".jar")));
        }
        clients.add(java("kafka-clients, newest", null));
        return clients;
    }

    private static Client onPath(String name, String program, List<String> command) {
        boolean found = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
        return new Client(name, command, found ? null : program + " is not installed");
    }

    /** Debian's packages belong to Debian's interpreter. */
    private static Client python(String name, String module, String file) {
        String interpreter = "/usr/bin/python3";
        String missing = null;
        if (!Files.isExecutable(Path.of(interpreter))
                || run(Path.of("."), List.of(interpreter, "-c", "import " + module), INSTALL_TIMEOUT_S) != 0) {
            missing = interpreter + " has no module " + module;
        }
        return new Client(
                name,
                List.of(interpreter, SOURCES.resolve("python").resolve(file).toString()),
                missing);
    }

    private static List<Client> node() {
        Path directory = TARGET.resolve("clients-node");
        String missing = installNodePackages(
                directory, nodeProgram(directory), List.of("node"), List.of("--ignore-scripts"), INSTALL_TIMEOUT_S);
        List<Client> clients = new ArrayList<>();
        for (String name : List.of("kafkajs", "platformatic")) {
            clients.add(new Client(
                    name.equals("platformatic") ? "@platformatic/kafka" : name,
                    List.of(
                            nodeProgram(directory).toString(),
                            directory.resolve(name + ".mjs").toString()),
                    missing));
        }
        return clients;
    }

    private static Path nodeProgram(Path directory) {
        String architecture = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "x64";
        return directory.resolve("node_modules/node-linux-" + architecture + "/bin/node");
    }

    /** The Node.js that its native part is compiled for is the one of this machine. */
    private static Client nativeNode() {
        Path directory = TARGET.resolve("clients-node-native");
        Path library = directory.resolve(
                "node_modules/@confluentinc/kafka-javascript/build/Release/confluent-kafka-javascript.node");
        String missing = NATIVE
                ? installNodePackages(directory, library, List.of("node-native", "node"), List.of(), COMPILE_TIMEOUT_S)
                : "compiled and run with -Dcompat.clients.native=true only";
        return new Client(
                "@confluentinc/kafka-javascript",
                List.of("node", directory.resolve("confluent.mjs").toString()),
                missing,
                !NATIVE);
    }

    /**
     * Installs what a lock file names, unless it is there; returns what is missing, or null.
     *
     * @param outcome a file that is there once it is installed
     * @param sources directories under {@link #SOURCES} whose files are copied; what the first has wins
     */
    private static String installNodePackages(
            Path directory, Path outcome, List<String> sources, List<String> options, long timeoutS) {
        try {
            Files.createDirectories(directory);
            Path lock = SOURCES.resolve(sources.getFirst()).resolve("package-lock.json");
            Path installed = directory.resolve("package-lock.json");
            boolean isCurrent =
                    Files.exists(outcome) && Files.exists(installed) && Files.mismatch(lock, installed) == -1;
            for (String source : sources.reversed()) {
                try (Stream<Path> files = Files.list(SOURCES.resolve(source))) {
                    for (Path file : files.toList()) {
                        Files.copy(file, directory.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
                    }
                }
            }
            if (isCurrent) {
                return null;
            }
            List<String> command = new ArrayList<>(List.of("npm", "ci", "--no-audit", "--no-fund"));
            command.addAll(options);
            int status = run(directory, command, timeoutS);
            return status == 0 && Files.exists(outcome) ? null : "npm ci ended with " + status + " in " + directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A Java client of its own version with the compression libraries of this class path; null is this class path's client. */
    private static Client java(String name, Path jar) {
        List<String> classPath = new ArrayList<>();
        if (jar != null) {
            classPath.add(jar.toString());
        }
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            String file = Path.of(entry).getFileName().toString();
            boolean isClient = file.startsWith("kafka-clients-");
            boolean isLibrary = file.matches("(zstd-jni|snappy-java|lz4-java|slf4j-api)-.*");
            if (jar == null ? isClient || isLibrary : isLibrary) {
                classPath.add(entry);
            }
        }
        classPath.add(Path.of(JavaClient.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .getPath())
                .toString());
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                String.join(File.pathSeparator, classPath),
                JavaClient.class.getName());
        return new Client(name, command, jar == null || Files.exists(jar) ? null : "the build has not copied " + jar);
    }

    /** Runs a program to its end; its exit status, or -1 when it could not be started or did not end. */
    private static int run(Path directory, List<String> command, long timeoutS) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD);
            // Lets a native client link the libraries of this machine rather than fetch others.
            builder.environment().put("CKJS_LINKING", "dynamic");
            Process process = builder.start();
            if (!process.waitFor(timeoutS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return -1;
            }
            return process.exitValue();
        } catch (IOException e) {
            return -1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }
}
