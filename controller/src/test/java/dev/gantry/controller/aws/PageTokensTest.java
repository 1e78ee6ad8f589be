package dev.gantry.controller.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class PageTokensTest {

    private final PageTokens tokens =
            new PageTokens("sixteen secret bytes".getBytes(java.nio.charset.StandardCharsets.UTF_8));

    @Test
    void leadsBackToItsPosition() {
        String token = tokens.issue("ListTasks", json("{\"cluster\":\"a\",\"family\":\"f\"}"), "task/ü");
        assertThat(tokens.check("ListTasks", json("{\"family\":\"f\",\"cluster\":\"a\"}"), token))
                .isEqualTo("task/ü");
    }

    @Test
    void mayChangeTheSizeOfThePage() {
        String token = tokens.issue("ListTasks", json("{\"maxResults\":1}"), "p");
        assertThat(tokens.check("ListTasks", json("{\"maxResults\":50,\"nextToken\":\"" + token + "\"}"), token))
                .isEqualTo("p");
    }

    @Test
    void isRefusedForAnotherOperationQueryOrKey() {
        String token = tokens.issue("ListTasks", json("{\"cluster\":\"a\"}"), "p");
        refused(tokens, "ListServices", "{\"cluster\":\"a\"}", token);
        refused(tokens, "ListTasks", "{\"cluster\":\"b\"}", token);
        refused(tokens, "ListTasks", "{}", token);
        refused(new PageTokens(new byte[32]), "ListTasks", "{\"cluster\":\"a\"}", token);
    }

    @Test
    void isRefusedWhenForgedOrBroken() {
        String token = tokens.issue("ListTasks", json("{}"), "position");
        byte[] bytes = Base64.getUrlDecoder().decode(token);
        bytes[bytes.length - 1] ^= 1;
        refused(
                tokens,
                "ListTasks",
                "{}",
                Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
        refused(tokens, "ListTasks", "{}", "");
        refused(tokens, "ListTasks", "{}", "***");
        refused(tokens, "ListTasks", "{}", token.substring(1));
        refused(tokens, "ListTasks", "{}", "A".repeat(10_000));
    }

    private static void refused(PageTokens tokens, String operation, String query, String token) {
        assertThatThrownBy(() -> tokens.check(operation, json(query), token))
                .isInstanceOfSatisfying(
                        AwsException.class, e -> assertThat(e.code()).isEqualTo("InvalidParameterException"))
                .hasMessage("Invalid token in the request");
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
