// Sends the card holder back to the shop; without scripts the button does.
document.getElementById("return").submit();
