/**
 * For the menu. In a terminal, because the program serves its window until it is ended: closing the terminal does, and
 * its words say so.
 */
export const DESKTOP_ENTRY = `[Desktop Entry]
Type=Application
Name=Smart VPN Client (browser)
Name[de]=Smart VPN Client (Browser)
GenericName=VPN Client
GenericName[de]=VPN-Client
Comment=Connect to a DrayTek Vigor router, in a window of your browser
Comment[de]=Mit einem DrayTek-Vigor-Router verbinden, in einem Fenster Ihres Browsers
Exec=smartvpn ui
Icon=smartvpn
Terminal=true
Categories=Network;
Keywords=VPN;DrayTek;Vigor;SSL;tunnel;remote;
`;
