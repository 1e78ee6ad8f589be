package dev.gantry.controller.ecs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandWordsTest {

    @Test
    void areWhatAShellWouldMakeOfThem() {
        assertThat(CommandWords.split("/bin/sh")).containsExactly("/bin/sh");
        assertThat(CommandWords.split("  ls\t-l\n/tmp ")).containsExactly("ls", "-l", "/tmp");
        assertThat(CommandWords.split("sh -c 'echo \"a  b\" \\n'")).containsExactly("sh", "-c", "echo \"a  b\" \\n");
        assertThat(CommandWords.split("sh -c \"echo \\\"a\\\" \\$HOME \\n\""))
                .containsExactly("sh", "-c", "echo \"a\" $HOME \\n");
        assertThat(CommandWords.split("a\\ b c'd 'e\"f\"")).containsExactly("a b", "cd ef");
        assertThat(CommandWords.split("echo '' \"\"")).containsExactly("echo", "", "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "echo 'a", "echo \"a", "echo \"a\\\"", "echo \\"})
    void areRefusedWhereTheyHaveNoEnd(String command) {
        assertThatThrownBy(() -> CommandWords.split(command)).hasMessageContaining("ommand");
    }

    @Test
    void areBounded() {
        assertThatThrownBy(() -> CommandWords.split("a".repeat(8193))).hasMessageContaining("8192");
    }
}
