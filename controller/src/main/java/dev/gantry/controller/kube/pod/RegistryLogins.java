package dev.gantry.controller.kube.pod;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Reads what Docker's client writes down when somebody logs in to a registry, as secrets of two types hold it. */
final class RegistryLogins {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private RegistryLogins() {}

    /** By "host[:port][/path]" of a registry: "user:password". What cannot be read is no login. */
    static Map<String, String> of(JsonNode secret) {
        JsonNode data = secret.path("data");
        return switch (secret.path("type").asText()) {
            case "kubernetes.io/dockerconfigjson" ->
                read(json(data.path(".dockerconfigjson")).path("auths"));
            case "kubernetes.io/dockercfg" -> read(json(data.path(".dockercfg")));
            default -> Map.of();
        };
    }

    private static JsonNode json(JsonNode base64) {
        try {
            return MAPPER.readTree(decoded(base64.asText()).orElse(""));
        } catch (JsonProcessingException _) {
            return MAPPER.missingNode();
        }
    }

    private static Map<String, String> read(JsonNode registries) {
        Map<String, String> logins = new LinkedHashMap<>();
        registries
                .properties()
                .forEach(entry -> login(entry.getValue())
                        .ifPresent(login -> logins.putIfAbsent(registry(entry.getKey()), login)));
        return logins;
    }

    private static Optional<String> login(JsonNode entry) {
        if (!entry.path("auth").asText().isEmpty()) {
            return decoded(entry.path("auth").asText()).filter(login -> login.contains(":"));
        }
        String user = entry.path("username").asText();
        return user.isEmpty()
                ? Optional.empty()
                : Optional.of(user + ":" + entry.path("password").asText());
    }

    /** Without the scheme, and without the version of the protocol. */
    private static String registry(String url) {
        String key = url.replaceFirst("^https?://", "");
        int slash = key.indexOf('/');
        String host = slash < 0 ? key : key.substring(0, slash);
        String path = slash < 0 ? "" : key.substring(slash).replaceFirst("^/v[12]/", "/");
        return path.equals("/") ? host : host + path;
    }

    private static Optional<String> decoded(String base64) {
        try {
            return Optional.of(new String(Base64.getMimeDecoder().decode(base64), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
