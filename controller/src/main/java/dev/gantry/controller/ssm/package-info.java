/**
 * Serves sessions that ExecuteCommand promised to AWS's session-manager-plugin, in the protocol that it speaks over a WebSocket. Which session may
 * be begun the store says; what is said in it goes to the node as with every other command.
 */
@NullMarked
package dev.gantry.controller.ssm;

import org.jspecify.annotations.NullMarked;
