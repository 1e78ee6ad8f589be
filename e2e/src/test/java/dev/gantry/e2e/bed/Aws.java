package dev.gantry.e2e.bed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The real {@code aws} command, pointed at Gantry by what {@code gantry env} prints. */
public record Aws(Map<String, String> environment) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** {@code aws ecs <words>}, which must go well; its answer. */
    public JsonNode ecs(String... words) {
        String out = command(words).run().must();
        try {
            return JSON.readTree(out.isBlank() ? "{}" : out);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + out, e);
        }
    }

    /** What {@code aws ecs <words>} says when it is refused: {@code "An error occurred (Code) when calling ..."}. */
    public String refused(String... words) {
        Command.Result result = command(words).run();
        if (result.exit() == 0) {
            throw new AssertionError(String.join(" ", result.words()) + " was not refused: " + result.out());
        }
        return result.err().strip();
    }

    /** The same in another environment. */
    public Aws with(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(environment);
        all.putAll(more);
        return new Aws(all);
    }

    public Command command(String... words) {
        List<String> all = new ArrayList<>(List.of("aws", "ecs"));
        all.addAll(List.of(words));
        all.addAll(List.of("--output", "json"));
        return Command.of(all.toArray(String[]::new)).with(environment).within(Duration.ofMinutes(5));
    }
}
