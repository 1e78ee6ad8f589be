/** What the commands that run servers are asked to do. The servers themselves are wired elsewhere. */
@NullMarked
package dev.gantry.cli.servers;

import org.jspecify.annotations.NullMarked;
