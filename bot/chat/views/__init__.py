"""What is pressed, chosen and filled in: buttons, menus and forms."""
