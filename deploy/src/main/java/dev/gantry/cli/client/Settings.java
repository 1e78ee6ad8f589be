package dev.gantry.cli.client;

import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where the API is and who asks. Each value comes from the first that has it: flag, environment, {@code client.json}.
 * Naming a data directory on the command line is a flag for all of its values: they then win over the environment.
 * Endpoint, key, region and authority belong together: when the endpoint is the file's, so are the others, and a key for
 * real AWS that is left over in the environment is not sent to it.
 *
 * @param account empty when only the environment was asked
 * @param caFile  authority to trust besides the JDK's own; null without
 */
public record Settings(
        URI endpoint,
        String region,
        String account,
        String accessKeyId,
        String secretAccessKey,
        @Nullable String sessionToken,
        @Nullable Path caFile,
        String cluster) {

    /** What the command line says; null where it says nothing. */
    public record Flags(
            @Nullable Path dataDirectory,
            @Nullable String endpoint,
            @Nullable String region,
            @Nullable String cluster) {}

    public static Settings resolve(Flags flags, Map<String, String> environment, boolean root) {
        Path directory = flags.dataDirectory() != null
                ? flags.dataDirectory()
                : ClientFile.defaultDataDirectory(environment, root);
        Optional<ClientFile> file = file(directory);
        if (flags.dataDirectory() != null && file.isEmpty()) {
            throw notFound("there is no client.json in " + directory);
        }
        boolean filesEndpoint = isFilesEndpoint(flags, file, environment);
        Map<String, String> heard = flags.dataDirectory() != null
                ? Map.of()
                : filesEndpoint ? only(environment, "GANTRY_CLUSTER") : environment;
        return new Sources(flags, heard, file, directory).settings();
    }

    /**
     * What this machine's server left behind if it did, whatever an earlier {@code eval "$(gantry env)"} has put into
     * the environment: its keys may be those of a server that is no more.
     */
    public static Settings fresh(Flags flags, Map<String, String> environment, boolean root) {
        Path directory = ClientFile.defaultDataDirectory(environment, root);
        boolean there = flags.dataDirectory() == null && file(directory).isPresent();
        return there
                ? resolve(new Flags(directory, flags.endpoint(), flags.region(), flags.cluster()), environment, root)
                : resolve(flags, environment, root);
    }

    /**
     * The file by which the Kubernetes API of the same Gantry is found: the one beside {@code client.json} when the endpoint is from there,
     * so that a file for another cluster which the environment names is not taken; else the environment's.
     */
    public static Path kubeConfig(Flags flags, Map<String, String> environment, boolean root) {
        Path directory = flags.dataDirectory() != null
                ? flags.dataDirectory()
                : ClientFile.defaultDataDirectory(environment, root);
        String named = environment.getOrDefault("KUBECONFIG", "");
        boolean isBeside = named.isEmpty()
                || flags.dataDirectory() != null
                || isFilesEndpoint(flags, file(directory), environment);
        return isBeside ? directory.resolve("kubeconfig") : Path.of(named);
    }

    private static boolean isFilesEndpoint(Flags flags, Optional<ClientFile> file, Map<String, String> environment) {
        return flags.endpoint() == null && file.isPresent() && !namesEndpoint(environment);
    }

    private static boolean namesEndpoint(Map<String, String> environment) {
        return !environment.getOrDefault("AWS_ENDPOINT_URL_ECS", "").isEmpty()
                || !environment.getOrDefault("AWS_ENDPOINT_URL", "").isEmpty();
    }

    private static Map<String, String> only(Map<String, String> environment, String name) {
        String value = environment.get(name);
        return value == null ? Map.of() : Map.of(name, value);
    }

    /** Without the secret, so that no log can hold it. */
    @Override
    public String toString() {
        return "Settings[" + endpoint + ", " + region + ", " + accessKeyId + "]";
    }

    private static Optional<ClientFile> file(Path directory) {
        try {
            return ClientFile.read(directory);
        } catch (IOException e) {
            throw new Failure(
                    Exit.ERROR,
                    "cannot read " + directory.resolve("client.json"),
                    String.valueOf(e.getMessage()),
                    "run as the user that runs `gantry up`, or name another --data-dir");
        }
    }

    private static Failure notFound(String why) {
        return new Failure(
                Exit.NOT_FOUND,
                "no Gantry to talk to",
                why,
                "start one with `gantry up`, or set AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
    }

    private record Sources(Flags flags, Map<String, String> environment, Optional<ClientFile> file, Path directory) {

        Settings settings() {
            String endpoint =
                    first(flags.endpoint(), "", ClientFile::endpoint, "AWS_ENDPOINT_URL_ECS", "AWS_ENDPOINT_URL");
            if (endpoint.isEmpty()) {
                throw notFound("neither AWS_ENDPOINT_URL nor " + directory.resolve("client.json") + " is there");
            }
            String keyId = first(null, "", ClientFile::accessKeyId, "AWS_ACCESS_KEY_ID");
            // A key is a pair: the secret is taken from where its id came from.
            boolean keyFromEnvironment = environment.containsKey("AWS_ACCESS_KEY_ID");
            String secret = keyFromEnvironment
                    ? environment.getOrDefault("AWS_SECRET_ACCESS_KEY", "")
                    : file.map(ClientFile::secretAccessKey).orElse("");
            if (keyId.isEmpty() || secret.isEmpty()) {
                throw notFound("no access key: AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is missing");
            }
            String ca = first(null, "", ClientFile::caFile, "AWS_CA_BUNDLE");
            return new Settings(
                    uri(endpoint),
                    first(flags.region(), "us-east-1", ClientFile::region, "AWS_REGION", "AWS_DEFAULT_REGION"),
                    file.map(ClientFile::account).orElse(""),
                    keyId,
                    secret,
                    keyFromEnvironment ? environment.get("AWS_SESSION_TOKEN") : null,
                    ca.isEmpty() ? null : Path.of(ca),
                    first(flags.cluster(), "default", ClientFile::cluster, "GANTRY_CLUSTER"));
        }

        private String first(
                @Nullable String flag,
                String otherwise,
                Function<ClientFile, @Nullable String> ofFile,
                String... variables) {
            if (flag != null) {
                return flag;
            }
            for (String variable : variables) {
                String value = environment.getOrDefault(variable, "");
                if (!value.isEmpty()) {
                    return value;
                }
            }
            String value = file.isPresent() ? ofFile.apply(file.get()) : null;
            return value == null || value.isEmpty() ? otherwise : value;
        }

        private static URI uri(String endpoint) {
            String trimmed = endpoint.endsWith("/") ? endpoint.substring(0, endpoint.length() - 1) : endpoint;
            if (!trimmed.matches("https?://[^/\\s]+")) {
                throw new Failure(
                        Exit.INVALID,
                        "\"" + endpoint + "\" is not an endpoint",
                        "it must be http:// or https:// with a host and nothing after it",
                        "for example http://127.0.0.1:4566");
            }
            return URI.create(trimmed);
        }
    }
}
