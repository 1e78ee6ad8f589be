package dev.gantry.cli.client;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code DATA_DIR/client.json}: what a server leaves behind for the clients on its machine. Readable by its owner only.
 *
 * @param caFile certificate of the authority that signed the server's; null without TLS
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ClientFile(
        String endpoint,
        String region,
        String account,
        String accessKeyId,
        String secretAccessKey,
        @Nullable String caFile,
        String cluster) {

    private static final String NAME = "client.json";

    /** Where the data of a Gantry lies unless {@code --data-dir} says otherwise; the launcher decides alike. */
    public static Path defaultDataDirectory(Map<String, String> environment, boolean root) {
        String named = environment.getOrDefault("GANTRY_DATA_DIR", "");
        if (!named.isEmpty()) {
            return Path.of(named).toAbsolutePath().normalize();
        }
        if (root) {
            return Path.of("/var/lib/gantry");
        }
        String shared = environment.getOrDefault("XDG_DATA_HOME", "");
        String home = environment.getOrDefault("HOME", "/");
        return (shared.isEmpty() ? Path.of(home, ".local", "share") : Path.of(shared)).resolve("gantry");
    }

    public static Optional<ClientFile> read(Path dataDirectory) throws IOException {
        try {
            return Optional.of(
                    new ObjectMapper().readValue(Files.readAllBytes(dataDirectory.resolve(NAME)), ClientFile.class));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Replaces the file in one step, so that a reader never sees half of it. */
    public void write(Path dataDirectory) throws IOException {
        Path draft = Files.createTempFile(
                dataDirectory,
                NAME,
                ".new",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(
                draft,
                new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(this));
        Files.move(
                draft,
                dataDirectory.resolve(NAME),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    /** Without the secret, so that no log can hold it. */
    @Override
    public String toString() {
        return "ClientFile[" + endpoint + ", " + accessKeyId + "]";
    }
}
